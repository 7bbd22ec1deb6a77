package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LowRank;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.Nullable;

/**
 * {@code x · weightᵀ + bias}, and what an adapter adds.
 *
 * @param weight [out, in]
 * @param bias [out], or null
 * @param adapter LoRA's part, or null
 */
public record Linear(
        Tensor weight, @Nullable Tensor bias, @Nullable LowRank adapter) {

    public Linear(Tensor weight, @Nullable Tensor bias) {
        this(weight, bias, null);
    }

    /** Reads {@code key.weight} [out, in] and, with {@code bias}, {@code key.bias} [out]. */
    public static Linear load(WeightSource weights, String key, long in, long out, boolean bias) {
        return load(weights, key, in, out, bias, Init.uniform(in));
    }

    /** As {@link #load(WeightSource, String, long, long, boolean)} with another start for the weight. */
    public static Linear load(WeightSource weights, String key, long in, long out, boolean bias, Init init) {
        Tensor weight = weights.get(key + ".weight", init, out, in);
        return new Linear(
                weight, bias ? weights.get(key + ".bias", Init.zeros(), out) : null, weights.adapter(key, in, out));
    }

    /** [..., in] to [..., out]. */
    public Tensor apply(Tensor x) {
        Tensor y = x.linear(weight, bias);
        return adapter == null ? y : y.add(adapter.apply(x));
    }
}
