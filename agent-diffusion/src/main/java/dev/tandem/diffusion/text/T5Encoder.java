package dev.tandem.diffusion.text;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of T5 (Raffel et al. 2020, section 2.1), the third text encoder of Stable Diffusion 3; equal to transformers'
 * {@code T5EncoderModel}.
 *
 * <pre>
 * x = E[ids]
 * for each layer:  x = x + Attention(RMSNorm(x))       scores q · k + b[bucket(distance)], not divided by √d
 *                  x = x + W_o act(W_i RMSNorm(x))      or W_o (act(W_0 ..) · W_1 ..) where gated
 * RMSNorm(x)
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class T5Encoder implements AutoCloseable {

    /** Stands for minus infinity in masks: a row in which all is masked must not become NaN. */
    private static final float MASKED = -Float.MAX_VALUE;

    /**
     * One layer.
     *
     * @param attentionNorm before the attention
     * @param query D to H · headWidth
     * @param key likewise
     * @param value likewise
     * @param output back to D
     * @param feedForwardNorm before the feed-forward layer
     * @param in D to the inner width
     * @param gate likewise; null where there is none
     * @param out back to D
     */
    public record Layer(
            RmsNorm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            RmsNorm feedForwardNorm,
            Linear in,
            @Nullable Linear gate,
            Linear out) {}

    /**
     * All weights.
     *
     * @param tokens [V, D]
     * @param distances b, one value for each bucket and head: [buckets, H]; all layers share it
     * @param layers from the bottom up
     * @param norm after the last layer
     */
    public record Weights(Embedding tokens, Embedding distances, List<Layer> layers, RmsNorm norm) {

        public Weights {
            layers = List.copyOf(layers);
        }
    }

    private final TensorEngine engine;
    private final T5Config config;
    private final Weights weights;
    private final Scope scope;

    /**
     * Puts an encoder together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param scope owns the weights and is closed with this object
     */
    public T5Encoder(TensorEngine engine, T5Config config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
    }

    public T5Config config() {
        return config;
    }

    /**
     * Encodes texts.
     *
     * @param ids int64 [B, S]
     * @param attentionMask int64 [B, S], 0 where a token is hidden from all; null for none
     * @return hidden states [B, S, D], at hidden tokens too
     */
    public Tensor encode(Tensor ids, @Nullable Tensor attentionMask) {
        if (ids.rank() != 2 || ids.size(1) == 0) {
            throw new IllegalArgumentException(
                    "token ids must have the shape [B, S], got " + Shapes.toString(ids.shape()));
        }
        Tensor bias = bias(Math.toIntExact(ids.size(1)), attentionMask);
        Tensor x = weights.tokens().apply(ids); // [B, S, D]
        for (Layer layer : weights.layers()) {
            try (Scope step = engine.scope()) {
                x = x.add(attention(layer, layer.attentionNorm().apply(x), bias));
                x = step.keep(x.add(feedForward(layer, layer.feedForwardNorm().apply(x))));
            }
        }
        return weights.norm().apply(x);
    }

    private Tensor attention(Layer layer, Tensor x, Tensor bias) {
        // the engine divides the scores by √d, T5 does not
        Tensor q = split(layer.query().apply(x)).mul(Math.sqrt(config.headWidth()));
        Tensor mixed = q.scaledDotProductAttention(
                split(layer.key().apply(x)), split(layer.value().apply(x)), bias, false);
        return layer.output().apply(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), -1));
    }

    private Tensor feedForward(Layer layer, Tensor x) {
        Tensor inner = config.activation().apply(layer.in().apply(x));
        Linear gate = layer.gate();
        return layer.out().apply(gate == null ? inner : inner.mul(gate.apply(x)));
    }

    /** [B, S, H · headWidth] to [B, H, S, headWidth]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), config.headWidth())
                .transpose(1, 2);
    }

    /** What is added to the scores: the distances' values [1, H, S, S], and the mask where there is one [B, H, S, S]. */
    private Tensor bias(int s, @Nullable Tensor attentionMask) {
        long[] buckets = new long[s * s];
        for (int query = 0; query < s; query++) {
            for (int key = 0; key < s; key++) {
                buckets[query * s + key] = bucket(key - query);
            }
        }
        Tensor bias = weights.distances()
                .apply(engine.tensor(buckets, s, s))
                .permute(2, 0, 1)
                .unsqueeze(0);
        if (attentionMask == null) {
            return bias;
        }
        Tensor hidden = attentionMask
                .to(DType.FLOAT32)
                .neg()
                .add(1)
                .mul(MASKED)
                .unsqueeze(1)
                .unsqueeze(1);
        return bias.add(hidden).clamp(MASKED, Float.MAX_VALUE);
    }

    /**
     * The bucket of a distance: a half of them for keys after the query; of each half, a half for one distance each, the rest for ranges that
     * grow like powers, up to the largest distance (Raffel et al. 2020, section 2.1). In float32, as the reference computes it.
     */
    private int bucket(int distance) {
        int half = config.distanceBuckets() / 2;
        int exact = half / 2;
        int far = Math.abs(distance);
        int bucket = far;
        if (far >= exact) {
            float log = (float) Math.log((float) far / exact);
            float range = (float) Math.log((double) config.maxDistance() / exact);
            bucket = Math.min(half - 1, exact + (int) (log / range * (half - exact)));
        }
        return bucket + (distance > 0 ? half : 0);
    }

    @Override
    public void close() {
        scope.close();
    }
}
