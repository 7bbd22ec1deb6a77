package dev.tandem.llm.model;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2 (Radford et al. 2019), and with its weights DialoGPT (Zhang et al. 2020), which Divter builds on; equal to transformers'
 * {@code GPT2LMHeadModel}.
 *
 * <pre>
 * x = E[ids] + P[positions]
 * for each layer:  x = x + Attention(LayerNorm(x))      causal
 *                  x = x + W act(W LayerNorm(x))
 * logits = W_head LayerNorm(x)
 * </pre>
 *
 * <p>As there, positions count from 0 over the row, padding included; with a cache they count from the first real token.
 */
public final class Gpt2 implements CausalLm {

    /**
     * {@code x · weight + bias}: a linear layer whose weight is stored the other way round.
     *
     * @param weight [in, out]
     * @param bias [out]
     */
    public record Conv1D(Tensor weight, Tensor bias) {

        Tensor apply(Tensor x) {
            return x.matmul(weight).add(bias);
        }
    }

    /**
     * Weights of one layer.
     *
     * @param attentionNorm before the attention
     * @param queryKeyValue D to 3 D
     * @param output D to D
     * @param feedForwardNorm before the feed-forward layer
     * @param in D to the inner width
     * @param out back to D
     */
    public record Layer(
            LayerNorm attentionNorm,
            Conv1D queryKeyValue,
            Conv1D output,
            LayerNorm feedForwardNorm,
            Conv1D in,
            Conv1D out) {}

    /**
     * All weights.
     *
     * @param tokens [V, D]
     * @param positions [most tokens, D]
     * @param layers from the bottom up
     * @param norm after the last
     * @param head D to V; the table of tokens where they are tied
     */
    public record Weights(Embedding tokens, Embedding positions, List<Layer> layers, LayerNorm norm, Linear head) {

        public Weights {
            layers = List.copyOf(layers);
        }
    }

    private final TensorEngine engine;
    private final Gpt2Config config;
    private final Weights weights;
    private final Scope scope;

    /**
     * Assembles a decoder.
     *
     * @param scope owns the weights; closed with this model
     */
    public Gpt2(TensorEngine engine, Gpt2Config config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
    }

    public Gpt2Config config() {
        return config;
    }

    @Override
    public TensorEngine engine() {
        return engine;
    }

    @Override
    public int vocabSize() {
        return config.vocabSize();
    }

    @Override
    public int contextLength() {
        return config.positions();
    }

    @Override
    public KvCache newCache(int maxTokens) {
        return new KvCache(engine, config.layers(), maxTokens);
    }

    @Override
    public Tensor hidden(Tensor ids, @Nullable PaddingMask padding) {
        return hidden(ids, padding, engine.arange(0, ids.size(1)).unsqueeze(0));
    }

    /**
     * Last hidden states of whole sequences at positions that are given.
     *
     * @param ids int64 [B, T]
     * @param padding which tokens are real, or null for all
     * @param positions int64 [B, T] or [1, T]
     * @return [B, T, D], after the last norm; without meaning at padding
     */
    public Tensor hidden(Tensor ids, @Nullable PaddingMask padding, Tensor positions) {
        PaddingMask needed = PaddingMask.needed(ids, padding);
        return run(ids, positions, AttentionBias.of(engine, needed, 0, Math.toIntExact(ids.size(1))), null);
    }

    @Override
    public Tensor hidden(Tensor ids, @Nullable PaddingMask padding, KvCache cache) {
        AttentionBias bias = cache.begin(ids, padding);
        Tensor x = run(ids, cache.positions(), bias, cache);
        cache.end();
        return x;
    }

    @Override
    public Tensor head(Tensor hidden) {
        return weights.head().apply(hidden);
    }

    private Tensor run(Tensor ids, Tensor positions, AttentionBias bias, @Nullable KvCache cache) {
        if (ids.size(1) > config.positions()) {
            throw new IllegalArgumentException("the model has positions for " + config.positions() + " tokens, got "
                    + ids.size(1) + "; shorten the prompt");
        }
        Tensor x = weights.tokens().apply(ids).add(weights.positions().apply(positions)); // [B, T, D]
        List<Layer> layers = weights.layers();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            try (Scope step = engine.scope()) { // frees what one layer leaves behind before the next one runs
                x = x.add(attention(layer, layer.attentionNorm().apply(x), bias, cache, i));
                Tensor inner = layer.in().apply(layer.feedForwardNorm().apply(x));
                x = step.keep(x.add(layer.out().apply(config.activation().apply(inner))));
            }
        }
        return weights.norm().apply(x);
    }

    private Tensor attention(Layer layer, Tensor x, AttentionBias bias, @Nullable KvCache cache, int index) {
        List<Tensor> qkv = layer.queryKeyValue().apply(x).chunk(3, -1);
        Tensor q = split(qkv.get(0)); // [B, H, T, headDim]
        Tensor k = split(qkv.get(1));
        Tensor v = split(qkv.get(2));
        if (cache != null) {
            k = cache.keys(index, k); // [B, H, S, headDim]
            v = cache.values(index, v);
        }
        Tensor mixed = q.scaledDotProductAttention(k, v, bias.bias(), bias.causal());
        return layer.output().apply(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), config.width()));
    }

    /** [B, T, D] to [B, H, T, headDim]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), -1).transpose(1, 2);
    }

    @Override
    public void close() {
        scope.close();
    }
}
