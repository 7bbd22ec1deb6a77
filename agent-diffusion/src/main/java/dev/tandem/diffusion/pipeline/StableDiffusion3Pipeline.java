package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.text.T5Encoder;
import dev.tandem.diffusion.text.TextEncoding;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Text to picture with Stable Diffusion 3 and 3.5 (Esser et al. 2024), equal to diffusers' {@code StableDiffusion3Pipeline}: two CLIP encoders
 * and T5 read the prompt, a transformer denoises by flow matching. Safe to use from several threads.
 */
public final class StableDiffusion3Pipeline implements AutoCloseable {

    /**
     * The networks that read prompts.
     *
     * @param clip with a projection
     * @param bigClip with a projection
     * @param t5 may be left out: null; the picture then follows long prompts less well
     */
    public record TextEncoders(
            ClipTextModel clip,
            ClipTextModel bigClip,
            @Nullable T5Encoder t5) {}

    /**
     * Ids of prompts for each of the encoders.
     *
     * @param clip int64 [B, S]
     * @param bigClip int64 [B, S]
     * @param t5 int64 [B, S of T5]; null without that encoder
     */
    public record PromptIds(
            Tensor clip, Tensor bigClip, @Nullable Tensor t5) {}

    /**
     * Prompts as the transformer takes them.
     *
     * @param hidden [B, S + S of T5, D]
     * @param pooled [B, P]
     */
    public record Prompt(Tensor hidden, Tensor pooled) {}

    private final TensorEngine engine;
    private final TextEncoders text;
    private final SD3Transformer2D transformer;
    private final AutoencoderKL autoencoder;
    private final Scheduler scheduler;

    /** Puts a pipeline together; it closes the networks when it is closed. */
    public StableDiffusion3Pipeline(
            TensorEngine engine,
            TextEncoders text,
            SD3Transformer2D transformer,
            AutoencoderKL autoencoder,
            Scheduler scheduler) {
        this.engine = engine;
        this.text = text;
        this.transformer = transformer;
        this.autoencoder = autoencoder;
        this.scheduler = scheduler;
        int pooled =
                text.clip().config().projectionDim() + text.bigClip().config().projectionDim();
        if (pooled != transformer.config().pooledProjectionDim()) {
            throw new IllegalArgumentException("the transformer takes pooled vectors of "
                    + transformer.config().pooledProjectionDim() + " values, the text encoders give " + pooled
                    + "; these components do not belong together");
        }
        if (transformer.config().inChannels() != autoencoder.config().latentChannels()) {
            throw new IllegalArgumentException("the transformer takes latents of "
                    + transformer.config().inChannels() + " channels, the autoencoder has "
                    + autoencoder.config().latentChannels() + "; these components do not belong together");
        }
    }

    /** Encodes prompts. */
    public Prompt encode(PromptIds ids) {
        TextEncoding one = text.clip().encode(ids.clip());
        TextEncoding two = text.bigClip().encode(ids.bigClip());
        Tensor clip = engine.cat(List.of(one.penultimate(), two.penultimate()), -1);
        int width = transformer.config().jointAttentionDim();
        long batch = clip.size(0);
        long filler = width - clip.size(2);
        if (filler > 0) {
            clip = engine.cat(List.of(clip, engine.zeros(DType.FLOAT32, batch, clip.size(1), filler)), -1);
        }
        T5Encoder t5 = text.t5();
        Tensor long3 = t5 == null || ids.t5() == null
                ? engine.zeros(DType.FLOAT32, batch, clip.size(1), width)
                : t5.encode(ids.t5(), null);
        Tensor pooled = engine.cat(List.of(projected(one), projected(two)), -1);
        return new Prompt(engine.cat(List.of(clip, long3), 1), pooled);
    }

    private static Tensor projected(TextEncoding encoding) {
        return Objects.requireNonNull(encoding.textEmbeds(), "a CLIP encoder of Stable Diffusion 3 has a projection");
    }

    /**
     * Draws latents.
     *
     * @param prompt of B pictures
     * @param negative what guidance pushes away from
     * @param noise standard normal, [B, C, h, w]
     * @param settings steps, guidance, noise of the steps
     * @param random draws the noise of the steps, where the sampler adds some
     * @param cancellation asked before each step
     * @param listener hears each finished step
     */
    public Tensor denoise(
            Prompt prompt,
            Prompt negative,
            Tensor noise,
            SamplerSettings settings,
            RandomGenerator random,
            Cancellation cancellation,
            ImageListener listener) {
        Prompt both = settings.guided()
                ? new Prompt(
                        engine.cat(List.of(negative.hidden(), prompt.hidden()), 0),
                        engine.cat(List.of(negative.pooled(), prompt.pooled()), 0))
                : prompt;
        return new DenoisingLoop(engine, scheduler)
                .run(
                        (latents, times) -> transformer.forward(latents, times, both.hidden(), both.pooled()),
                        noise,
                        settings,
                        random,
                        cancellation,
                        listener);
    }

    /**
     * Decodes latents.
     *
     * @param latents [B, C, h, w], from {@link #denoise}
     * @return pictures [B, 3, H, W] in [0, 1]
     * @throws IllegalStateException if they hold values that are no numbers
     */
    public Tensor decode(Tensor latents) {
        return Pictures.of(autoencoder, latents);
    }

    @Override
    public void close() {
        text.clip().close();
        text.bigClip().close();
        T5Encoder t5 = text.t5();
        if (t5 != null) {
            t5.close();
        }
        transformer.close();
        autoencoder.close();
    }
}
