package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;

/**
 * Normalisation of groups of channels (Wu and He 2018).
 *
 * @param groups how many groups; divides C
 * @param weight [C]
 * @param bias [C]
 * @param eps added to the variance
 */
public record GroupNorm(int groups, Tensor weight, Tensor bias, double eps) {

    /** Reads {@code key.weight} and {@code key.bias}. */
    public static GroupNorm load(WeightSource weights, String key, int groups, long channels, double eps) {
        if (channels % groups != 0) {
            throw new IllegalArgumentException(
                    key + ": " + channels + " channels do not divide into " + groups + " groups (norm_num_groups)");
        }
        return new GroupNorm(
                groups,
                weights.get(key + ".weight", Init.ones(), channels),
                weights.get(key + ".bias", Init.zeros(), channels),
                eps);
    }

    /** [B, C, ...] to the same shape. */
    public Tensor apply(Tensor x) {
        return x.groupNorm(groups, weight, bias, eps);
    }
}
