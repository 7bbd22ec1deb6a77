package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exponential moving average of the weights (Polyak and Juditsky 1992): {@code average += (1 - d) (weight - average)} with
 * d = min(decay, (1 + step) / (10 + step)), so that the random start is soon forgotten.
 */
final class AveragedWeights {

    private final TensorEngine engine;
    private final double decay;
    private final Map<String, Tensor> weights;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();

    /** Starts at the weights; the averages belong to the scope that is current now. */
    AveragedWeights(TensorEngine engine, double decay, Map<String, Tensor> weights) {
        this.engine = engine;
        this.decay = decay;
        this.weights = weights;
        weights.forEach((key, weight) -> {
            Tensor average = engine.zeros(weight.dtype(), weight.shape());
            average.set(weight);
            averages.put(key, average);
        });
    }

    void update(long step) {
        double d = Math.min(decay, (1.0 + step) / (10.0 + step));
        engine.lerp(new ArrayList<>(averages.values()), new ArrayList<>(weights.values()), 1 - d);
    }

    Map<String, Tensor> asMap() {
        return averages;
    }

    /** Exchanges weights and averages in place: once before and once after measuring with the averages. Needs an open scope. */
    void swap() {
        List<Tensor> a = new ArrayList<>(averages.values());
        List<Tensor> w = new ArrayList<>(weights.values());
        for (int i = 0; i < a.size(); i++) {
            Tensor weight = engine.zeros(w.get(i).dtype(), w.get(i).shape());
            weight.set(w.get(i));
            w.get(i).set(a.get(i));
            a.get(i).set(weight);
            weight.close();
        }
    }
}
