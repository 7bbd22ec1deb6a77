package dev.tandem.llm.model;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Llama decoder (Touvron et al. 2023; Grattafiori et al. 2024), with the switches that make it Qwen2.
 *
 * <pre>
 * x = E[ids]
 * for each layer:  x = x + Attention(RMSNorm(x))       grouped queries, rotary positions, causal
 *                  x = x + SwiGLU(RMSNorm(x))          W_down(act(W_gate x) · W_up x)
 * logits = W_head RMSNorm(x)
 * </pre>
 *
 * Equal to transformers' {@code LlamaForCausalLM} and {@code Qwen2ForCausalLM}. As there, positions count from 0 over the row, padding
 * included; with a cache they count from the first real token. Rotary positions are relative, so both give the same, except where
 * {@link RopeScaling.Dynamic} changes the base while the cache fills.
 */
public final class Llama implements CausalLm {

    /**
     * Weights of one decoder layer.
     *
     * @param attentionNorm before the attention, [D]
     * @param query D to H · headDim
     * @param key D to H_kv · headDim
     * @param value D to H_kv · headDim
     * @param output H · headDim to D
     * @param feedForwardNorm before the feed-forward layer, [D]
     * @param gate D to the intermediate size
     * @param up D to the intermediate size
     * @param down intermediate size to D
     */
    public record Layer(
            RmsNorm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            RmsNorm feedForwardNorm,
            Linear gate,
            Linear up,
            Linear down) {}

    /**
     * All weights.
     *
     * @param embedding [V, D]
     * @param layers from the bottom up
     * @param norm after the last layer, [D]
     * @param head D to V; the embedding table where they are tied
     */
    public record Weights(Embedding embedding, List<Layer> layers, RmsNorm norm, Linear head) {

        public Weights {
            layers = List.copyOf(layers);
        }
    }

    private final TensorEngine engine;
    private final LlamaConfig config;
    private final Weights weights;
    private final Rope rope;
    private final Scope scope;

    /**
     * Assembles a decoder.
     *
     * @param scope owns the weights; closed with this model
     */
    public Llama(TensorEngine engine, LlamaConfig config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
        this.rope = new Rope(engine, config, scope);
    }

    public LlamaConfig config() {
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
        return config.maxPositionEmbeddings();
    }

    @Override
    public KvCache newCache(int maxTokens) {
        return new KvCache(engine, config.hiddenLayers(), maxTokens);
    }

    @Override
    public Tensor hidden(Tensor ids, @Nullable PaddingMask padding) {
        PaddingMask needed = PaddingMask.needed(ids, padding);
        int tokens = Math.toIntExact(ids.size(1));
        IntFunction<AttentionBias> windowed = window -> AttentionBias.of(engine, needed, 0, tokens, window);
        return run(ids, AttentionBias.of(engine, needed, 0, tokens), windowed, null);
    }

    @Override
    public Tensor hidden(Tensor ids, @Nullable PaddingMask padding, KvCache cache) {
        Tensor x = run(ids, cache.begin(ids, padding), cache::windowed, cache);
        cache.end();
        return x;
    }

    @Override
    public Tensor head(Tensor hidden) {
        return weights.head().apply(hidden);
    }

    private Tensor run(Tensor ids, AttentionBias bias, IntFunction<AttentionBias> windowed, @Nullable KvCache cache) {
        LlamaConfig.SlidingWindow sliding = config.slidingWindow();
        AttentionBias near = sliding == null ? bias : windowed.apply(sliding.tokens());
        Rope.Angles angles = cache == null ? rope.at(0, Math.toIntExact(ids.size(1))) : cache.angles(rope);
        Tensor x = weights.embedding().apply(ids); // [B, T, D]
        List<Layer> layers = weights.layers();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            try (Scope step = engine.scope()) { // frees what one layer leaves behind before the next one runs
                boolean slides = sliding != null && sliding.layers().contains(i);
                Step how = new Step(angles, slides ? near : bias, cache, i);
                x = step.keep(engine.checkpointed(List.of(x), in -> apply(config, layer, in.get(0), how)));
            }
        }
        return weights.norm().apply(x);
    }

    /**
     * What a layer needs to know beside its input.
     *
     * @param angles rotary angles of the tokens
     * @param bias masks the scores
     * @param cache past keys and values; null for none
     * @param index the layer's place in it
     */
    record Step(
            Rope.Angles angles,
            AttentionBias bias,
            @Nullable KvCache cache,
            int index) {}

    /** One decoder layer: [B, T, D] to the same shape. */
    static Tensor apply(LlamaConfig config, Layer layer, Tensor x, Step step) {
        Tensor y = x.add(attention(config, layer, layer.attentionNorm().apply(x), step));
        return y.add(
                feedForward(config.hiddenAct(), layer, layer.feedForwardNorm().apply(y)));
    }

    private static Tensor attention(LlamaConfig config, Layer layer, Tensor x, Step step) {
        Rope.Angles angles = step.angles();
        Tensor q = split(layer.query().apply(x), config.attentionHeads())
                .rotary(angles.cos(), angles.sin()); // [B, H, T, headDim]
        Tensor k = split(layer.key().apply(x), config.keyValueHeads())
                .rotary(angles.cos(), angles.sin()); // [B, H_kv, T, headDim]
        Tensor v = split(layer.value().apply(x), config.keyValueHeads()); // [B, H_kv, T, headDim]
        KvCache cache = step.cache();
        if (cache != null) {
            k = cache.keys(step.index(), k); // [B, H_kv, S, headDim]
            v = cache.values(step.index(), v);
        }
        AttentionBias bias = step.bias();
        return layer.output().apply(merged(q.scaledDotProductAttention(k, v, bias.bias(), bias.causal())));
    }

    static Tensor feedForward(Activation activation, Layer layer, Tensor x) {
        return layer.down()
                .apply(activation.apply(layer.gate().apply(x)).mul(layer.up().apply(x)));
    }

    /** [B, T, heads · headDim] to [B, heads, T, headDim]. */
    static Tensor split(Tensor x, int heads) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }

    /** [B, heads, T, headDim] to [B, T, heads · headDim]. */
    static Tensor merged(Tensor x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), -1);
    }

    @Override
    public void close() {
        scope.close();
    }
}
