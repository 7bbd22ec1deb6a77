package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The UNet of latent diffusion (Ronneberger et al. 2015; Ho et al. 2020; Rombach et al. 2022), equal to diffusers'
 * {@code UNet2DConditionModel} as Stable Diffusion 1 and 2 configure it: down to the lowest resolution, up again with the results of the
 * way down beside, at every block the time step added and, on the levels that have transformers, the text attended to.
 */
public final class UNet2DCondition implements AutoCloseable {

    /**
     * The layers.
     *
     * @param time time step to embedding
     * @param in latents to the first level's channels
     * @param down from the highest resolution to the lowest
     * @param mid at the lowest; null for none
     * @param up from the lowest resolution to the highest
     * @param norm before the last convolution
     * @param out first level's channels to the prediction
     */
    public record Layers(
            TimeEmbedding time,
            Conv2d in,
            List<DownLevel> down,
            @Nullable MidLevel mid,
            List<UpLevel> up,
            GroupNorm norm,
            Conv2d out) {}

    private final UNetConfig config;
    private final Layers layers;
    private final Scope weights;

    /**
     * Puts a UNet together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param weights owns the layers' tensors and is closed with this object
     */
    public UNet2DCondition(UNetConfig config, Layers layers, Scope weights) {
        this.config = config;
        this.layers = layers;
        this.weights = weights;
    }

    public UNetConfig config() {
        return config;
    }

    /**
     * Predicts noise, velocity or latents, whatever it was trained for.
     *
     * @param latents noisy ones, [B, C, h, w]
     * @param timesteps [B]
     * @param context hidden states of the text, [B, S, D]
     * @return [B, C', h, w]
     */
    public Tensor forward(Tensor latents, Tensor timesteps, Tensor context) {
        check(latents, timesteps, context);
        Tensor time = config.activation().apply(layers.time().apply(timesteps));
        Conditioning c = new Conditioning(time, context);
        Tensor x = config.centerInputSample() ? latents.mul(2).sub(1) : latents;
        // what the way up takes again is a block's result, as TensorEngine.checkpointed asks for
        x = latents.engine()
                .checkpointed(List.of(x.channelsLast()), in -> layers.in().apply(in.get(0)));
        Deque<Tensor> skips = new ArrayDeque<>();
        skips.push(x);
        for (DownLevel level : layers.down()) {
            x = level.apply(x, c, skips);
        }
        MidLevel mid = layers.mid();
        x = mid == null ? x : mid.apply(x, c);
        for (UpLevel level : layers.up()) {
            x = level.apply(x, c, skips);
        }
        return layers.out().apply(config.activation().apply(layers.norm().apply(x)));
    }

    private void check(Tensor latents, Tensor timesteps, Tensor context) {
        if (latents.rank() != 4 || latents.size(1) != config.inChannels()) {
            throw new IllegalArgumentException("latents must have the shape [B, " + config.inChannels()
                    + ", h, w], got " + Shapes.toString(latents.shape()));
        }
        long batch = latents.size(0);
        if (timesteps.rank() != 1 || timesteps.size(0) != batch) {
            throw new IllegalArgumentException("timesteps must have the shape [" + batch
                    + "], one for each of the latents, got " + Shapes.toString(timesteps.shape()));
        }
        if (context.rank() != 3 || context.size(0) != batch) {
            throw new IllegalArgumentException("the text's hidden states must have the shape [" + batch
                    + ", S, D], got " + Shapes.toString(context.shape()));
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
