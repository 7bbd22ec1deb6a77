package dev.tandem.diffusion.transformer;

import dev.tandem.core.layer.Conv2d;
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
 * The denoiser of Stable Diffusion 3 and 3.5, MMDiT (Esser et al. 2024, section 4 and figure 2), equal to diffusers'
 * {@code SD3Transformer2DModel}. Patches of the latents and tokens of the text are two streams with weights of their own that attend together.
 *
 * <pre>
 * c = MLP(sin t) + MLP(pooled)
 * x = patches + positions,  y = W text
 * for each block:  x', y' = Attention(mod(x, c), mod(y, c))       jointly, over both
 *                  x = x + g x',  y = y + g y'
 *                  x = x + g MLP(mod(x, c)),  y = y + g MLP(mod(y, c))
 * prediction = patches back from W mod(x, c)
 *
 * mod(x, c) = LayerNorm(x) (1 + scale) + shift;  scale, shift and the gates g are linear in SiLU(c)
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class SD3Transformer2D implements AutoCloseable {

    private static final double EPS = 1e-6;
    private static final double MAX_PERIOD = 10_000;

    /**
     * Two linear layers with SiLU between.
     *
     * @param in to the inner width
     * @param out from it
     */
    public record Embedder(Linear in, Linear out) {

        Tensor apply(Tensor x) {
            return out.apply(in.apply(x).silu());
        }
    }

    /**
     * The projections of one stream's attention.
     *
     * @param query D to D
     * @param key D to D
     * @param value D to D
     * @param queryNorm of each head; null for none
     * @param keyNorm of each head; null for none
     * @param out D to D; null where the stream ends
     */
    public record Projections(
            Linear query,
            Linear key,
            Linear value,
            @Nullable RmsNorm queryNorm,
            @Nullable RmsNorm keyNorm,
            @Nullable Linear out) {}

    /**
     * One stream's part of a block.
     *
     * @param modulation D to 6 D: shift, scale and gate of the attention, then of the feed-forward layer; 9 D where the block attends twice,
     *     2 D (scale and shift) where the stream ends
     * @param attention its projections
     * @param in of the feed-forward layer; null where the stream ends
     * @param out likewise
     */
    public record Stream(
            Linear modulation,
            Projections attention,
            @Nullable Linear in,
            @Nullable Linear out) {}

    /**
     * A block.
     *
     * @param latents the stream of the patches
     * @param text the stream of the text; it ends in the last block
     * @param second the patches' second attention, among themselves; null for none
     */
    public record Block(
            Stream latents, Stream text, @Nullable Projections second) {}

    /**
     * All weights.
     *
     * @param patches C to D, of P x P patches
     * @param positions [1, M · M, D], a table of which the middle is used
     * @param time 256 sinusoids of the time to D
     * @param pooled the texts' pooled vector to D
     * @param text hidden states of the texts to D
     * @param blocks one after the other
     * @param lastModulation D to 2 D: scale and shift
     * @param out D to P · P · C
     */
    public record Weights(
            Conv2d patches,
            Tensor positions,
            Embedder time,
            Embedder pooled,
            Linear text,
            List<Block> blocks,
            Linear lastModulation,
            Linear out) {

        /** Sinusoids of the time. */
        public static final int TIME_CHANNELS = 256;

        public Weights {
            blocks = List.copyOf(blocks);
        }
    }

    private final TensorEngine engine;
    private final SD3Config config;
    private final Weights weights;
    private final Scope scope;

    /**
     * Puts a denoiser together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param scope owns the weights and is closed with this object
     */
    public SD3Transformer2D(TensorEngine engine, SD3Config config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
    }

    public SD3Config config() {
        return config;
    }

    /**
     * Predicts.
     *
     * @param latents [B, C, h, w], sides multiples of the patch size
     * @param timesteps [B], from 0 to 1000, not only whole ones
     * @param text hidden states of the texts, [B, S, jointAttentionDim]
     * @param pooled pooled vectors of the texts, [B, pooledProjectionDim]
     * @return [B, C, h, w]
     */
    public Tensor forward(Tensor latents, Tensor timesteps, Tensor text, Tensor pooled) {
        int patch = config.patchSize();
        if (latents.rank() != 4 || latents.size(2) % patch != 0 || latents.size(3) % patch != 0) {
            throw new IllegalArgumentException(
                    "latents must have the shape [B, C, h, w] with sides that are multiples of " + patch + ", got "
                            + Shapes.toString(latents.shape()));
        }
        long rows = latents.size(2) / patch;
        long columns = latents.size(3) / patch;
        Tensor c = weights.time()
                .apply(sinusoids(timesteps))
                .add(weights.pooled().apply(pooled))
                .silu(); // [B, D]
        Tensor x = weights.patches()
                .apply(latents)
                .reshape(latents.size(0), config.width(), -1)
                .transpose(1, 2);
        x = x.add(positions(rows, columns)); // [B, T, D]
        Tensor y = weights.text().apply(text); // [B, S, D]
        for (Block block : weights.blocks()) {
            try (Scope step = engine.scope()) {
                Streams next = apply(block, x, y, c);
                x = step.keep(next.x());
                y = step.keep(next.y());
            }
        }
        List<Tensor> last = weights.lastModulation().apply(c).unsqueeze(1).chunk(2, -1);
        return unpatched(weights.out().apply(modulated(x, last.get(1), last.get(0))), rows, columns);
    }

    private record Streams(Tensor x, Tensor y) {}

    private Streams apply(Block block, Tensor x, Tensor y, Tensor c) {
        Stream latents = block.latents();
        Stream text = block.text();
        Projections second = block.second();
        // 1. how the condition shifts, scales and gates each stream
        List<Tensor> m = latents.modulation().apply(c).unsqueeze(1).chunk(second == null ? 6 : 9, -1);
        boolean ends = text.in() == null;
        List<Tensor> n = text.modulation().apply(c).unsqueeze(1).chunk(ends ? 2 : 6, -1);
        // 2. attention over both
        Tensor xIn = modulated(x, m.get(0), m.get(1));
        Tensor yIn = ends ? modulated(y, n.get(1), n.get(0)) : modulated(y, n.get(0), n.get(1));
        Streams mixed = attend(latents.attention(), xIn, text.attention(), yIn);
        Tensor a = x.add(mixed.x().mul(m.get(2)));
        if (second != null) {
            a = a.add(attend(second, modulated(x, m.get(6), m.get(7))).mul(m.get(8)));
        }
        // 3. feed-forward layers
        a = a.add(feedForward(latents, modulated(a, m.get(3), m.get(4))).mul(m.get(5)));
        if (ends) {
            return new Streams(a, y);
        }
        Tensor b = y.add(mixed.y().mul(n.get(2)));
        b = b.add(feedForward(text, modulated(b, n.get(3), n.get(4))).mul(n.get(5)));
        return new Streams(a, b);
    }

    private static Tensor modulated(Tensor x, Tensor shift, Tensor scale) {
        return x.layerNorm(null, null, EPS).mul(scale.add(1)).add(shift);
    }

    private static Tensor feedForward(Stream stream, Tensor x) {
        return required(stream.out()).apply(required(stream.in()).apply(x).geluTanh());
    }

    /** Patches and text attend to both; the text's answer is left out where its stream ends. */
    private Streams attend(Projections of, Tensor x, Projections ofText, Tensor y) {
        Tensor k = engine.cat(List.of(key(of, x), key(ofText, y)), 2); // [B, H, T + S, headDim]
        Tensor v = engine.cat(
                List.of(split(of.value().apply(x)), split(ofText.value().apply(y))), 2);
        if (ofText.out() == null) {
            return new Streams(answer(of, query(of, x), k, v), y);
        }
        Tensor q = engine.cat(List.of(query(of, x), query(ofText, y)), 2);
        Tensor mixed = merged(q.scaledDotProductAttention(k, v, null, false)); // [B, T + S, D]
        return new Streams(
                required(of.out()).apply(mixed.narrow(1, 0, x.size(1))),
                ofText.out().apply(mixed.narrow(1, x.size(1), y.size(1))));
    }

    private Tensor attend(Projections of, Tensor x) {
        return answer(of, query(of, x), key(of, x), split(of.value().apply(x)));
    }

    private Tensor answer(Projections of, Tensor q, Tensor k, Tensor v) {
        return required(of.out()).apply(merged(q.scaledDotProductAttention(k, v, null, false)));
    }

    private Tensor query(Projections of, Tensor x) {
        Tensor q = split(of.query().apply(x));
        RmsNorm norm = of.queryNorm();
        return norm == null ? q : norm.apply(q);
    }

    private Tensor key(Projections of, Tensor x) {
        Tensor k = split(of.key().apply(x));
        RmsNorm norm = of.keyNorm();
        return norm == null ? k : norm.apply(k);
    }

    /** [B, T, D] to [B, H, T, headDim]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.attentionHeads(), config.attentionHeadDim())
                .transpose(1, 2);
    }

    /** [B, H, T, headDim] to [B, T, D]. */
    private Tensor merged(Tensor x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), config.width());
    }

    private static Linear required(@Nullable Linear layer) {
        if (layer == null) {
            throw new IllegalStateException("only a text's stream ends");
        }
        return layer;
    }

    /** Cosines, then sines: [B, 256]. */
    private Tensor sinusoids(Tensor timesteps) {
        int half = Weights.TIME_CHANNELS / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / half);
        }
        Tensor angles = timesteps.to(DType.FLOAT32).unsqueeze(1).mul(engine.tensor(frequencies, half));
        return engine.cat(List.of(angles.cos(), angles.sin()), 1);
    }

    /** The middle of the table: [1, rows · columns, D]. */
    private Tensor positions(long rows, long columns) {
        int side = config.posEmbedMaxSize();
        if (rows > side || columns > side) {
            throw new IllegalArgumentException("latents of " + rows + " x " + columns + " patches are larger than the "
                    + side + " x " + side + " that this model has positions for (pos_embed_max_size)");
        }
        return weights.positions()
                .reshape(1, side, side, config.width())
                .narrow(1, (side - rows) / 2, rows)
                .narrow(2, (side - columns) / 2, columns)
                .reshape(1, rows * columns, config.width());
    }

    /** [B, T, P · P · C] to [B, C, h, w]. */
    private Tensor unpatched(Tensor x, long rows, long columns) {
        int patch = config.patchSize();
        return x.reshape(x.size(0), rows, columns, patch, patch, config.outChannels())
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(x.size(0), config.outChannels(), rows * patch, columns * patch);
    }

    @Override
    public void close() {
        scope.close();
    }
}
