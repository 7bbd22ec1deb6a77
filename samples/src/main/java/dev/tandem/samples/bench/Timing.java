package dev.tandem.samples.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How long something took, run several times.
 *
 * @param median of the runs, in seconds
 * @param min the shortest
 * @param max the longest
 * @param runs how many
 */
record Timing(double median, double min, double max, int runs) {

    /** Runs it for some seconds, until the virtual machine has compiled what it will, and then times it. */
    static Timing of(Runnable work, int repeats, double warmup) {
        long warm = System.nanoTime() + (long) (warmup * 1e9);
        do {
            work.run();
        } while (System.nanoTime() < warm);
        List<Double> seconds = new ArrayList<>(repeats);
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            work.run();
            seconds.add((System.nanoTime() - start) / 1e9);
        }
        return of(seconds);
    }

    static Timing of(List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        return new Timing(median(sorted), sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** Multiplied by a factor, such as 1000 for milliseconds. */
    ObjectNode json(double factor) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("median", rounded(median * factor))
                .put("min", rounded(min * factor))
                .put("max", rounded(max * factor))
                .put("runs", runs);
    }

    static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
