package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.Nullable;

/**
 * {@code x · weightᵀ + bias}.
 *
 * @param weight [out, in]
 * @param bias [out], or null
 */
public record Linear(Tensor weight, @Nullable Tensor bias) {

    /** Reads {@code key.weight} [out, in] and, with {@code bias}, {@code key.bias} [out]. */
    public static Linear load(WeightSource weights, String key, long in, long out, boolean bias) {
        return load(weights, key, in, out, bias, Init.uniform(in));
    }

    /** As {@link #load(WeightSource, String, long, long, boolean)} with another start for the weight. */
    public static Linear load(WeightSource weights, String key, long in, long out, boolean bias, Init init) {
        Tensor weight = weights.get(key + ".weight", init, out, in);
        return new Linear(weight, bias ? weights.get(key + ".bias", Init.zeros(), out) : null);
    }

    /** [..., in] to [..., out]. */
    public Tensor apply(Tensor x) {
        return x.linear(weight, bias);
    }
}
