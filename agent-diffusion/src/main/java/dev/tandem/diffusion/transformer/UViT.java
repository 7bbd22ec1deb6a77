package dev.tandem.diffusion.transformer;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The denoiser of UniDiffuser (Bao et al. 2023, "One Transformer Fits All Distributions in Multi-Modal Diffusion", section 4.2), a U-ViT (Bao et
 * al. 2022, "All are Worth Words"); equal to diffusers' {@code UniDiffuserModel}. It denoises a picture, its CLIP vector and a text together,
 * each at a time of its own for picture and text.
 *
 * <pre>
 * x = [time of picture, time of text, (kind of text), text, CLIP vector, patches] + positions
 * for each block of the first half:  x = Block(x)
 * x = Block(x)
 * for each block of the second half: x = Block(LayerNorm(W [x, what the block opposite gave]))
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class UViT implements AutoCloseable {

    private static final double MAX_PERIOD = 10_000;

    /**
     * A block: attention among all tokens, then a feed-forward part.
     *
     * @param attentionNorm of the attention
     * @param attention over all tokens
     * @param feedForwardNorm of the feed-forward part
     * @param in to the inner width, or twice it where it is gated
     * @param out from the inner width
     */
    public record Block(
            LayerNorm attentionNorm, Attention attention, LayerNorm feedForwardNorm, Linear in, Linear out) {}

    /**
     * A block of the second half.
     *
     * @param skip 2 D to D
     * @param norm after it
     * @param block then
     */
    public record SkipBlock(Linear skip, LayerNorm norm, Block block) {}

    /**
     * Layers for a time.
     *
     * @param in D to 4 D
     * @param out 4 D to D
     */
    public record TimeLayers(Linear in, Linear out) {}

    /**
     * What turns inputs into tokens.
     *
     * @param patches C to D, of P x P patches
     * @param clipImage CLIP vector to D
     * @param text text token to D
     * @param imageTime layers for the picture's time; null for none
     * @param textTime layers for the text's time; null for none
     * @param positions [1, 2 + S + 1 + patches, D]
     * @param dataType [2, D], a token for each kind of text; null for none
     * @param dataTypePosition [1, 1, D]; null for none
     */
    public record Inputs(
            Conv2d patches,
            Linear clipImage,
            Linear text,
            @Nullable TimeLayers imageTime,
            @Nullable TimeLayers textTime,
            Tensor positions,
            @Nullable Tensor dataType,
            @Nullable Tensor dataTypePosition) {}

    /**
     * All weights.
     *
     * @param inputs inputs to tokens
     * @param first first half of the blocks
     * @param middle between both
     * @param second second half
     * @param norm after the last
     * @param patches D to P · P · C
     * @param clipImage D to the CLIP vector
     * @param text D to a text token
     */
    public record Weights(
            Inputs inputs,
            List<Block> first,
            Block middle,
            List<SkipBlock> second,
            LayerNorm norm,
            Linear patches,
            Linear clipImage,
            Linear text) {

        public Weights {
            first = List.copyOf(first);
            second = List.copyOf(second);
        }
    }

    /**
     * Noisy inputs, or what is predicted for them.
     *
     * @param latents of the picture, [B, C, h, w]
     * @param clipImage its CLIP vector, [B, 1, clipImageDim]
     * @param text [B, S, textDim]
     */
    public record Joint(Tensor latents, Tensor clipImage, Tensor text) {}

    private final TensorEngine engine;
    private final UViTConfig config;
    private final Weights weights;
    private final Scope scope;

    /**
     * Puts a denoiser together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param scope owns the weights and is closed with this object
     */
    public UViT(TensorEngine engine, UViTConfig config, Weights weights, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.weights = weights;
        this.scope = scope;
    }

    public UViTConfig config() {
        return config;
    }

    /**
     * Predicts.
     *
     * @param noisy what is to be denoised; parts at time 0 are conditions
     * @param imageTimes of latents and CLIP vector, [B] or [1]
     * @param textTimes of the text, [B] or [1]
     * @param dataType [B] or [1], 1 for a text that people wrote, 0 for one of the web; not used by a model that does not ask for it
     */
    public Joint forward(Joint noisy, Tensor imageTimes, Tensor textTimes, Tensor dataType) {
        long side = config.side();
        if (noisy.latents().rank() != 4
                || noisy.latents().size(2) != config.sampleSize()
                || noisy.latents().size(3) != config.sampleSize()
                || noisy.text().size(1) != config.textTokens()) {
            throw new IllegalArgumentException("this model denoises latents of " + config.sampleSize() + " x "
                    + config.sampleSize() + " with " + config.textTokens() + " text tokens, got "
                    + Shapes.toString(noisy.latents().shape()) + " and "
                    + Shapes.toString(noisy.text().shape()));
        }
        Tensor x = tokens(noisy, imageTimes, textTimes, dataType);
        Deque<Tensor> skips = new ArrayDeque<>();
        for (Block block : weights.first()) {
            x = apply(block, x);
            skips.push(x);
        }
        x = apply(weights.middle(), x);
        for (SkipBlock each : weights.second()) {
            Tensor joined = engine.cat(List.of(x, skips.pop()), -1);
            x = apply(each.block(), each.norm().apply(each.skip().apply(joined)));
        }
        x = weights.norm().apply(x);
        long patches = side * side;
        long text = x.size(1) - patches - 1 - config.textTokens();
        return new Joint(
                unpatched(weights.patches().apply(x.narrow(1, x.size(1) - patches, patches))),
                weights.clipImage().apply(x.narrow(1, x.size(1) - patches - 1, 1)),
                weights.text().apply(x.narrow(1, text, config.textTokens())));
    }

    /** [B, all tokens, D]. */
    private Tensor tokens(Joint noisy, Tensor imageTimes, Tensor textTimes, Tensor dataType) {
        Inputs in = weights.inputs();
        long batch = noisy.latents().size(0);
        List<Tensor> tokens = new ArrayList<>();
        tokens.add(time(in.imageTime(), imageTimes, batch));
        tokens.add(time(in.textTime(), textTimes, batch));
        Tensor positions = in.positions();
        Tensor table = in.dataType();
        Tensor position = in.dataTypePosition();
        if (table != null && position != null) {
            tokens.add(table.embedding(dataType.to(DType.INT64).reshape(-1, 1)).expand(batch, 1, config.width()));
            long rest = positions.size(1) - tokens.size() + 1;
            positions = engine.cat(List.of(positions.narrow(1, 0, 2), position, positions.narrow(1, 2, rest)), 1);
        }
        tokens.add(in.text().apply(noisy.text()));
        tokens.add(in.clipImage().apply(noisy.clipImage()));
        tokens.add(in.patches()
                .apply(noisy.latents())
                .reshape(batch, config.width(), -1)
                .transpose(1, 2));
        return engine.cat(tokens, 1).add(positions);
    }

    /** [B, 1, D]. */
    private Tensor time(@Nullable TimeLayers layers, Tensor times, long batch) {
        int half = config.width() / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / half);
        }
        Tensor angles = times.to(DType.FLOAT32).reshape(-1, 1).mul(engine.tensor(frequencies, half));
        Tensor token = engine.cat(List.of(angles.cos(), angles.sin()), 1);
        if (layers != null) {
            token = layers.out().apply(layers.in().apply(token).silu());
        }
        return token.unsqueeze(1).expand(batch, 1, config.width());
    }

    private Tensor apply(Block block, Tensor x) {
        Tensor y = part(block.attentionNorm(), x, n -> block.attention().apply(n, n, null, false));
        return part(
                block.feedForwardNorm(),
                y,
                n -> block.out().apply(inner(block.in().apply(n))));
    }

    private interface Part {
        Tensor apply(Tensor x);
    }

    /** x + part(x), normalised before or after, with or without what passes by. */
    private Tensor part(LayerNorm norm, Tensor x, Part part) {
        if (config.normedResidual()) {
            Tensor in = config.preNorm() ? norm.apply(x) : x;
            Tensor sum = part.apply(in).add(in);
            return config.preNorm() ? sum : norm.apply(sum);
        }
        return config.preNorm()
                ? part.apply(norm.apply(x)).add(x)
                : norm.apply(part.apply(x)).add(x);
    }

    private Tensor inner(Tensor x) {
        return switch (config.feedForward()) {
            case GELU -> x.gelu();
            case GELU_TANH -> x.geluTanh();
            case GELU_SIGMOID -> x.quickGelu();
            case SILU -> x.silu();
            case GEGLU -> gated(x, Tensor::gelu);
            case SWIGLU -> gated(x, Tensor::silu);
        };
    }

    private static Tensor gated(Tensor x, UnaryOperator<Tensor> activation) {
        List<Tensor> halves = x.chunk(2, -1);
        return halves.get(0).mul(activation.apply(halves.get(1)));
    }

    /** [B, patches, P · P · C] to [B, C, h, w]. */
    private Tensor unpatched(Tensor x) {
        int side = config.side();
        int patch = config.patchSize();
        return x.reshape(x.size(0), side, side, patch, patch, config.outChannels())
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(x.size(0), config.outChannels(), config.sampleSize(), config.sampleSize());
    }

    @Override
    public void close() {
        scope.close();
    }
}
