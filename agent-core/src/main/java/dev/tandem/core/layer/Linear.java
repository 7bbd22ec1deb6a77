package dev.tandem.core.layer;

import dev.tandem.core.tensor.PackedMatrix;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LowRank;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.Nullable;

/** {@code x · weightᵀ + bias}, and what an adapter adds. */
public sealed interface Linear {

    /** [..., in] to [..., out]. */
    Tensor apply(Tensor x);

    /** Size of the last dimension that comes out. */
    long out();

    /**
     * With a weight that can be trained.
     *
     * @param weight [out, in]
     * @param bias [out], or null
     * @param adapter LoRA's part, or null
     */
    record Dense(
            Tensor weight, @Nullable Tensor bias, @Nullable LowRank adapter) implements Linear {

        @Override
        public Tensor apply(Tensor x) {
            return adapter == null ? x.linear(weight, bias) : adapter.apply(x, weight, bias);
        }

        @Override
        public long out() {
            return weight.size(0);
        }
    }

    /**
     * With a weight that is kept in float16.
     *
     * @param weight [out, in]
     * @param bias [out], or null
     */
    record Packed(PackedMatrix weight, @Nullable Tensor bias) implements Linear {

        @Override
        public Tensor apply(Tensor x) {
            Tensor y = weight.linear(x);
            return bias == null ? y : y.add(bias);
        }

        @Override
        public long out() {
            return weight.rows();
        }
    }

    /** Without an adapter. */
    static Linear of(Tensor weight, @Nullable Tensor bias) {
        return new Dense(weight, bias, null);
    }

    /** Reads {@code key.weight} [out, in] and, with {@code bias}, {@code key.bias} [out]. */
    static Linear load(WeightSource weights, String key, long in, long out, boolean bias) {
        return load(weights, key, in, out, bias, Init.uniform(in));
    }

    /** As {@link #load(WeightSource, String, long, long, boolean)} with another start for the weight. */
    static Linear load(WeightSource weights, String key, long in, long out, boolean bias, Init init) {
        Tensor weight = weights.get(key + ".weight", init, out, in);
        Tensor shift = bias ? weights.get(key + ".bias", Init.zeros(), out) : null;
        LowRank adapter = weights.adapter(key, in, out);
        if (adapter != null || !weights.packs(key + ".weight")) {
            return new Dense(weight, shift, adapter);
        }
        PackedMatrix packed = weight.engine().pack(weight);
        weight.close();
        return new Packed(packed, shift);
    }
}
