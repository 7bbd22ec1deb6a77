package dev.tandem.core.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a step adds up over its batches; loss and metrics only where it is logged. */
final class Sums {

    double loss;
    long samples;
    long tokens;
    long images;
    final Map<String, Double> metrics = new LinkedHashMap<>();

    void add(Sums other) {
        loss += other.loss;
        samples += other.samples;
        tokens += other.tokens;
        images += other.images;
        other.metrics.forEach((name, value) -> metrics.merge(name, value, Double::sum));
    }
}
