package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;

/**
 * Layer normalisation of the last dimension (Ba et al. 2016).
 *
 * @param weight [D]
 * @param bias [D]
 * @param eps added to the variance
 */
public record LayerNorm(Tensor weight, Tensor bias, double eps) {

    /** Reads {@code key.weight} and {@code key.bias}. */
    public static LayerNorm load(WeightSource weights, String key, long width, double eps) {
        return new LayerNorm(
                weights.get(key + ".weight", Init.ones(), width), weights.get(key + ".bias", Init.zeros(), width), eps);
    }

    /** [..., D] to the same shape. */
    public Tensor apply(Tensor x) {
        return x.layerNorm(weight, bias, eps);
    }
}
