package dev.tandem.llm.model;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Llama-Vision (Grattafiori et al. 2024, section 7): a Llama in which some layers look at pictures by gated cross-attention, as in Flamingo
 * (Alayrac et al. 2022); equal to transformers' {@code MllamaForConditionalGeneration}.
 *
 * <pre>
 * layers of text:     as in {@link Llama}
 * layers that look:   x = x + tanh(a) · Attention(RMSNorm(x), pictures)
 *                     x = x + tanh(b) · SwiGLU(RMSNorm(x))        0 at tokens that see no picture
 * </pre>
 *
 * <p>Without pictures the layers that look are left out. Owns its weights; close it when it is no longer needed.
 */
public final class Mllama implements AutoCloseable {

    private static final float MASKED = -Float.MAX_VALUE;

    /** A layer of text, or one that looks. */
    public sealed interface Layer {

        /** Its projections, norms and feed-forward layer. */
        Llama.Layer layer();
    }

    /** A layer of text. */
    public record TextLayer(Llama.Layer layer) implements Layer {}

    /**
     * A layer that looks.
     *
     * @param layer its projections, norms and feed-forward layer; keys and values are of the pictures
     * @param queryNorm of each head
     * @param keyNorm of each head
     * @param attentionGate a, [1]
     * @param feedForwardGate b, [1]
     */
    public record LookingLayer(
            Llama.Layer layer, RmsNorm queryNorm, RmsNorm keyNorm, Tensor attentionGate, Tensor feedForwardGate)
            implements Layer {}

    /**
     * All weights.
     *
     * @param vision the picture's encoder
     * @param projector its output to D
     * @param embedding [V + 8, D], with the picture's own token; [V, D] where that is apart
     * @param extra [8, D], the rows from the picture's token on, where they are trained apart from the others; else null
     * @param layers from the bottom up
     * @param norm after the last
     * @param head D to V
     */
    public record Weights(
            MllamaVision vision,
            Linear projector,
            Embedding embedding,
            @Nullable Tensor extra,
            List<Layer> layers,
            RmsNorm norm,
            Linear head) {

        public Weights {
            layers = List.copyOf(layers);
        }
    }

    /**
     * Pictures for the rows of a batch.
     *
     * @param pixels [B, M, tiles, channels, h, w]
     * @param layouts int64 [B, M], how each picture's tiles are laid out, from 1; 0 where there is no picture
     * @param tileMask int64 [B, M, tiles], 0 where there is no tile
     */
    public record Pictures(Tensor pixels, Tensor layouts, Tensor tileMask) {}

    private final TensorEngine engine;
    private final MllamaConfig config;
    private final Weights weights;
    private final Rope rope;
    private final Scope scope;

    /**
     * Assembles a model.
     *
     * @param scope owns the weights; closed with this model
     */
    public Mllama(TensorEngine engine, MllamaConfig config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
        this.rope = new Rope(engine, config.text(), scope);
    }

    public TensorEngine engine() {
        return engine;
    }

    public MllamaConfig config() {
        return config;
    }

    /** The decoder without pictures; closing it closes nothing. */
    public CausalLm withoutPictures() {
        return new Bound(null, null);
    }

    /** This model as one of text alone; closing it closes the model. */
    public CausalLm asTextModel() {
        return new Bound(null, scope);
    }

    /**
     * The decoder with some pictures before its eyes: a generation about them. Close it to free what it keeps of them.
     *
     * @param pictures for each row
     * @param visible int64 [B, T, M, tiles]: which tiles each token of the prompt sees; later tokens see what the last one saw
     */
    public CausalLm looking(Pictures pictures, Tensor visible) {
        Scope seen = engine.scope();
        try {
            try (Scope step = engine.scope()) {
                Tensor states = states(pictures); // [B, N, D]
                Map<Integer, KeysAndValues> projected = new HashMap<>();
                for (int i = 0; i < weights.layers().size(); i++) {
                    if (weights.layers().get(i) instanceof LookingLayer layer) {
                        Tensor k = Llama.split(
                                layer.layer().key().apply(states), config.text().keyValueHeads());
                        Tensor v = Llama.split(
                                layer.layer().value().apply(states),
                                config.text().keyValueHeads());
                        projected.put(
                                i, new KeysAndValues(step.keep(layer.keyNorm().apply(k)), step.keep(v.contiguous())));
                    }
                }
                return new Bound(
                        new Sight(projected, visible(visible), config.vision().tokens()), seen);
            }
        } catch (RuntimeException | Error e) {
            seen.close();
            throw e;
        } finally {
            seen.detach();
        }
    }

    /** One picture of each row after the other: a look at all of them at once would take as many times the memory. */
    private Tensor states(Pictures pictures) {
        List<Tensor> states = new ArrayList<>();
        for (int i = 0; i < pictures.layouts().size(1); i++) {
            try (Scope step = engine.scope()) {
                Tensor patches = weights.vision()
                        .look(
                                pictures.pixels().narrow(1, i, 1),
                                pictures.layouts().narrow(1, i, 1),
                                pictures.tileMask().narrow(1, i, 1));
                states.add(step.keep(weights.projector().apply(patches)));
            }
        }
        return engine.cat(states, 1);
    }

    private boolean[][][] visible(Tensor visible) {
        if (visible.rank() != 4) {
            throw new IllegalArgumentException(
                    "which tiles a token sees has the shape [B, T, M, tiles], got " + Shapes.toString(visible.shape()));
        }
        int rows = Math.toIntExact(visible.size(0));
        int tokens = Math.toIntExact(visible.size(1));
        int tiles = Math.toIntExact(visible.size(2) * visible.size(3));
        long[] values = visible.toLongArray();
        boolean[][][] flags = new boolean[rows][tokens][tiles];
        for (int i = 0; i < values.length; i++) {
            flags[i / (tokens * tiles)][i / tiles % tokens][i % tiles] = values[i] != 0;
        }
        return flags;
    }

    /** Of the pictures, for one layer: [B, H_kv, N, headDim]. */
    private record KeysAndValues(Tensor keys, Tensor values) {}

    /**
     * What is kept of the pictures.
     *
     * @param projected by layer
     * @param visible for each row and token of the prompt, which tiles it sees
     * @param tokens of a tile
     */
    private record Sight(Map<Integer, KeysAndValues> projected, boolean[][][] visible, int tokens) {}

    /**
     * What the tokens of a step see.
     *
     * @param bias added to the scores, [B, 1, T, N]
     * @param sees [B, T, 1], 0 at tokens that see no picture
     */
    private record View(Tensor bias, Tensor sees) {}

    /** The decoder with or without pictures. */
    private final class Bound implements CausalLm {

        private final @Nullable Sight sight;
        private final @Nullable Scope owned;

        Bound(@Nullable Sight sight, @Nullable Scope owned) {
            this.sight = sight;
            this.owned = owned;
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
            return config.text().maxPositionEmbeddings();
        }

        @Override
        public KvCache newCache(int maxTokens) {
            return new KvCache(engine, config.text().hiddenLayers(), maxTokens);
        }

        @Override
        public Tensor hidden(Tensor ids, @Nullable PaddingMask padding) {
            PaddingMask needed = PaddingMask.needed(ids, padding);
            int tokens = Math.toIntExact(ids.size(1));
            return run(ids, rope.at(0, tokens), AttentionBias.of(engine, needed, 0, tokens), null);
        }

        @Override
        public Tensor hidden(Tensor ids, @Nullable PaddingMask padding, KvCache cache) {
            AttentionBias bias = cache.begin(ids, padding);
            Tensor x = run(ids, cache.angles(rope), bias, cache);
            cache.end();
            return x;
        }

        @Override
        public Tensor head(Tensor hidden) {
            return weights.head().apply(hidden);
        }

        private Tensor run(Tensor ids, Rope.Angles angles, AttentionBias bias, @Nullable KvCache cache) {
            View view = sight == null ? null : view(sight, ids, cache);
            Tensor x = embedded(ids); // [B, T, D]
            for (int i = 0; i < weights.layers().size(); i++) {
                try (Scope step = engine.scope()) {
                    Layer layer = weights.layers().get(i);
                    if (layer instanceof LookingLayer looking) {
                        x = step.keep(looked(looking, x, i, view, cache));
                    } else {
                        Llama.Step how = new Llama.Step(angles, bias, cache, i);
                        x = step.keep(engine.checkpointed(
                                List.of(x), in -> Llama.apply(config.text(), layer.layer(), in.get(0), how)));
                    }
                }
            }
            return weights.norm().apply(x);
        }

        private Tensor embedded(Tensor ids) {
            Tensor extra = weights.extra();
            return extra == null
                    ? weights.embedding().apply(ids)
                    : engine.cat(List.of(weights.embedding().weight(), extra), 0)
                            .embedding(ids);
        }

        private Tensor looked(LookingLayer looking, Tensor x, int index, @Nullable View view, @Nullable KvCache cache) {
            if (sight == null || view == null) {
                return x;
            }
            Llama.Layer layer = looking.layer();
            KeysAndValues seen = Objects.requireNonNull(sight.projected().get(index));
            Tensor k = seen.keys();
            Tensor v = seen.values();
            int[] origins = cache == null ? null : cache.origins();
            if (origins != null) {
                Tensor rows =
                        engine.tensor(Arrays.stream(origins).asLongStream().toArray(), origins.length);
                k = k.indexSelect(0, rows);
                v = v.indexSelect(0, rows);
            }
            Tensor n = layer.attentionNorm().apply(x);
            Tensor q = looking.queryNorm()
                    .apply(Llama.split(layer.query().apply(n), config.text().attentionHeads()));
            Tensor mixed = layer.output().apply(Llama.merged(q.scaledDotProductAttention(k, v, view.bias(), false)));
            Tensor y = x.add(mixed.mul(looking.attentionGate().tanh()));
            Tensor inner = Llama.feedForward(
                    config.text().hiddenAct(), layer, layer.feedForwardNorm().apply(y));
            return y.add(inner.mul(view.sees()).mul(looking.feedForwardGate().tanh()));
        }

        /** A token that sees nothing attends to all, as in the reference; what it finds there is gated like anything else. */
        private View view(Sight of, Tensor ids, @Nullable KvCache cache) {
            int rows = Math.toIntExact(ids.size(0));
            int tokens = Math.toIntExact(ids.size(1));
            int past = cache == null ? 0 : cache.length();
            int tiles = of.visible()[0][0].length;
            int n = tiles * of.tokens();
            int[] origins = cache == null ? null : cache.origins();
            float[] bias = new float[Math.multiplyExact(rows * tokens, n)];
            float[] sees = new float[rows * tokens];
            for (int row = 0; row < rows; row++) {
                boolean[][] visible = of.visible()[origins == null ? row : origins[row]];
                for (int t = 0; t < tokens; t++) {
                    boolean[] tile = visible[Math.min(past + t, visible.length - 1)];
                    int at = row * tokens + t;
                    for (boolean each : tile) {
                        sees[at] = each ? 1 : sees[at];
                    }
                    for (int i = 0; i < n && sees[at] != 0; i++) {
                        bias[at * n + i] = tile[i / of.tokens()] ? 0 : MASKED;
                    }
                }
            }
            return new View(engine.tensor(bias, rows, 1, tokens, n), engine.tensor(sees, rows, tokens, 1));
        }

        @Override
        public void close() {
            if (owned != null) {
                owned.close();
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
