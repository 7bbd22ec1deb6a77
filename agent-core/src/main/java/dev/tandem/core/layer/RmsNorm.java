package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;

/**
 * Root mean square normalisation of the last dimension (Zhang and Sennrich 2019).
 *
 * @param weight [D]
 * @param eps added to the mean square
 */
public record RmsNorm(Tensor weight, double eps) {

    /** Reads {@code key.weight}. */
    public static RmsNorm load(WeightSource weights, String key, long width, double eps) {
        return new RmsNorm(weights.get(key + ".weight", Init.ones(), width), eps);
    }

    /** [..., D] to the same shape. */
    public Tensor apply(Tensor x) {
        return x.rmsNorm(weight, eps);
    }
}
