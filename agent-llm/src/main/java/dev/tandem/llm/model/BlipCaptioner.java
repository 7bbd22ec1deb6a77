package dev.tandem.llm.model;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * BLIP (Li et al. 2022, figure 2: the image-grounded text decoder): a vision transformer looks at a picture, a BERT with causal attention and
 * cross-attention writes its caption; equal to transformers' {@code BlipForConditionalGeneration}.
 *
 * <pre>
 * y = LayerNorm(ViT([class token, patches] + positions))
 * x = LayerNorm(E[ids] + P)
 * for each layer:  x = LayerNorm(x + Attention(x))          causal
 *                  x = LayerNorm(x + Attention(x, y))       to the picture
 *                  x = LayerNorm(x + W act(W x))
 * logits = W LayerNorm(act(W x)) + b
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class BlipCaptioner implements AutoCloseable {

    /**
     * The picture's encoder.
     *
     * @param patches 3 to D, of P x P patches
     * @param classToken [1, 1, D]
     * @param positions [1, tokens, D]
     * @param layers one after the other
     * @param norm after the last
     */
    public record Vision(
            Conv2d patches, Tensor classToken, Tensor positions, List<TransformerLayer> layers, LayerNorm norm) {

        public Vision {
            layers = List.copyOf(layers);
        }
    }

    /**
     * A layer of the text's decoder; norms come after what they norm.
     *
     * @param self among tokens
     * @param selfNorm after it
     * @param cross to the picture
     * @param crossNorm after it
     * @param in to the inner width
     * @param out from it
     * @param outNorm after it
     */
    public record TextLayer(
            Attention self,
            LayerNorm selfNorm,
            Attention cross,
            LayerNorm crossNorm,
            Linear in,
            Linear out,
            LayerNorm outNorm) {}

    /**
     * The text's decoder.
     *
     * @param tokens [V, D]
     * @param positions [most tokens, D]
     * @param norm after both
     * @param layers one after the other
     * @param transform of the head
     * @param transformNorm of the head
     * @param head D to V
     */
    public record Text(
            Embedding tokens,
            Embedding positions,
            LayerNorm norm,
            List<TextLayer> layers,
            Linear transform,
            LayerNorm transformNorm,
            Linear head) {

        public Text {
            layers = List.copyOf(layers);
        }
    }

    private final TensorEngine engine;
    private final BlipConfig config;
    private final Vision vision;
    private final Text text;
    private final Scope scope;

    /**
     * Puts a captioner together; {@code llm.load} does it from a checkpoint.
     *
     * @param scope owns the weights and is closed with this object
     */
    public BlipCaptioner(TensorEngine engine, BlipConfig config, Vision vision, Text text, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.vision = vision;
        this.text = text;
        this.scope = scope;
    }

    public BlipConfig config() {
        return config;
    }

    /**
     * Looks at pictures.
     *
     * @param pixels [B, 3, imageSize, imageSize], normalised as the model's preprocessor says
     * @return [B, tokens, D of the vision]
     */
    public Tensor look(Tensor pixels) {
        int side = config.vision().imageSize();
        if (pixels.rank() != 4 || pixels.size(2) != side || pixels.size(3) != side) {
            throw new IllegalArgumentException("this captioner looks at pictures [B, 3, " + side + ", " + side
                    + "], got " + Shapes.toString(pixels.shape()));
        }
        long batch = pixels.size(0);
        int width = config.vision().hiddenSize();
        Tensor patches =
                vision.patches().apply(pixels).reshape(batch, width, -1).transpose(1, 2);
        Tensor x = engine.cat(List.of(vision.classToken().expand(batch, 1, width), patches), 1)
                .add(vision.positions());
        for (TransformerLayer layer : vision.layers()) {
            try (Scope step = engine.scope()) { // frees what one layer leaves behind before the next one runs
                x = step.keep(layer.apply(x, null, false));
            }
        }
        return vision.norm().apply(x);
    }

    /**
     * The decoder with pictures before its eyes: what it writes is about them. Close it to free what it keeps of them.
     *
     * @param pictures what {@link #look} gave, [B, tokens, D of the vision]
     */
    public CausalLm looking(Tensor pictures) {
        Scope seen = engine.scope();
        try {
            List<Seen> projected = new ArrayList<>();
            for (TextLayer layer : text.layers()) {
                Attention cross = layer.cross();
                try (Scope step = engine.scope()) {
                    Tensor k = Llama.split(cross.key().apply(pictures), cross.heads());
                    Tensor v = Llama.split(cross.value().apply(pictures), cross.heads());
                    projected.add(new Seen(step.keep(k.contiguous()), step.keep(v.contiguous())));
                }
            }
            return new Looking(projected, seen);
        } catch (RuntimeException | Error e) {
            seen.close();
            throw e;
        } finally {
            seen.detach();
        }
    }

    /** Of the pictures, for one layer: keys and values [B, H, tokens, D / H]. */
    private record Seen(Tensor keys, Tensor values) {

        /** For each row, those of the row that it goes back to. */
        Seen of(int @Nullable [] origins) {
            if (origins == null) {
                return this;
            }
            Tensor rows =
                    keys.engine().tensor(Arrays.stream(origins).asLongStream().toArray(), origins.length);
            return new Seen(keys.indexSelect(0, rows), values.indexSelect(0, rows));
        }
    }

    /** The decoder, looking. */
    private final class Looking implements CausalLm {

        private final List<Seen> pictures;
        private final Scope seen;

        Looking(List<Seen> pictures, Scope seen) {
            this.pictures = pictures;
            this.seen = seen;
        }

        @Override
        public TensorEngine engine() {
            return engine;
        }

        @Override
        public int vocabSize() {
            return config.text().vocabSize();
        }

        @Override
        public int contextLength() {
            return config.text().maxPositions();
        }

        @Override
        public KvCache newCache(int maxTokens) {
            return new KvCache(engine, text.layers().size(), maxTokens);
        }

        @Override
        public Tensor hidden(Tensor ids, @Nullable PaddingMask padding) {
            PaddingMask needed = PaddingMask.needed(ids, padding);
            Tensor positions = engine.arange(0, ids.size(1)).unsqueeze(0);
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
            Tensor transformed =
                    config.text().activation().apply(text.transform().apply(hidden));
            return text.head().apply(text.transformNorm().apply(transformed));
        }

        private Tensor run(Tensor ids, Tensor positions, AttentionBias bias, @Nullable KvCache cache) {
            if (ids.size(1) > config.text().maxPositions()) {
                throw new IllegalArgumentException("a caption has at most "
                        + config.text().maxPositions() + " tokens, got " + ids.size(1) + "; shorten the prompt");
            }
            Tensor x = text.norm()
                    .apply(text.tokens().apply(ids).add(text.positions().apply(positions))); // [B, T, D]
            for (int i = 0; i < text.layers().size(); i++) {
                TextLayer layer = text.layers().get(i);
                try (Scope step = engine.scope()) {
                    Seen picture = pictures.get(i).of(cache == null ? null : cache.origins());
                    x = layer.selfNorm()
                            .apply(attended(layer.self(), x, bias, cache, i).add(x));
                    Tensor q = Llama.split(
                            layer.cross().query().apply(x), layer.cross().heads());
                    Tensor looked = q.scaledDotProductAttention(picture.keys(), picture.values(), null, false);
                    x = layer.crossNorm()
                            .apply(layer.cross()
                                    .out()
                                    .apply(Llama.merged(looked))
                                    .add(x));
                    Tensor inner = config.text().activation().apply(layer.in().apply(x));
                    x = step.keep(layer.outNorm().apply(layer.out().apply(inner).add(x)));
                }
            }
            return x;
        }

        private Tensor attended(Attention self, Tensor x, AttentionBias bias, @Nullable KvCache cache, int index) {
            Tensor q = Llama.split(self.query().apply(x), self.heads()); // [B, H, T, D / H]
            Tensor k = Llama.split(self.key().apply(x), self.heads());
            Tensor v = Llama.split(self.value().apply(x), self.heads());
            if (cache != null) {
                k = cache.keys(index, k); // [B, H, S, D / H]
                v = cache.values(index, v);
            }
            return self.out().apply(Llama.merged(q.scaledDotProductAttention(k, v, bias.bias(), bias.causal())));
        }

        @Override
        public void close() {
            seen.close();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
