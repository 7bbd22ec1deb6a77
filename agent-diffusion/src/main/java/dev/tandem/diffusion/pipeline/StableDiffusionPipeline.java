package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Text to picture with Stable Diffusion (Rombach et al. 2022), equal to diffusers' {@code StableDiffusionPipeline}. Each step of the
 * sampler has its own tensor scope. Safe to use from several threads.
 */
public final class StableDiffusionPipeline implements AutoCloseable {

    private final TensorEngine engine;
    private final ClipTextModel text;
    private final UNet2DCondition unet;
    private final AutoencoderKL autoencoder;
    private final Scheduler scheduler;

    /** Puts a pipeline together; it closes the networks when it is closed. */
    public StableDiffusionPipeline(
            TensorEngine engine,
            ClipTextModel text,
            UNet2DCondition unet,
            AutoencoderKL autoencoder,
            Scheduler scheduler) {
        this.engine = engine;
        this.text = text;
        this.unet = unet;
        this.autoencoder = autoencoder;
        this.scheduler = scheduler;
        for (int width : unet.config().crossAttentionDim()) {
            if (width != text.config().hiddenSize()) {
                throw new IllegalArgumentException(
                        "the UNet attends to hidden states of width " + width + ", the text encoder gives "
                                + text.config().hiddenSize() + "; these components do not belong together");
            }
        }
        if (unet.config().inChannels() != autoencoder.config().latentChannels()) {
            throw new IllegalArgumentException("the UNet takes latents of "
                    + unet.config().inChannels()
                    + " channels, the autoencoder has " + autoencoder.config().latentChannels()
                    + "; inpainting and depth models are not supported");
        }
    }

    /**
     * Loads a pipeline.
     *
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit; the message names it
     */
    public static StableDiffusionPipeline load(TensorEngine engine, StableDiffusionFolder folder) {
        Scheduler scheduler = folder.scheduler();
        List<Runnable> loaded = new ArrayList<>();
        try {
            ClipTextModel text = folder.textEncoder();
            loaded.add(text::close);
            UNet2DCondition unet = folder.unet();
            loaded.add(unet::close);
            AutoencoderKL autoencoder = folder.autoencoder();
            loaded.add(autoencoder::close);
            return new StableDiffusionPipeline(engine, text, unet, autoencoder, scheduler);
        } catch (RuntimeException | Error e) {
            loaded.forEach(Runnable::run);
            if (e instanceof IllegalArgumentException) {
                throw new WeightException(folder + ": " + e.getMessage(), e);
            }
            throw e;
        }
    }

    /** Ids that the text encoder knows. */
    public int vocabularySize() {
        return text.config().vocabSize();
    }

    /** Most tokens that the text encoder takes. */
    public int maxTokens() {
        return text.config().maxPositions();
    }

    /** Pixels for each of the latents' positions, in each direction. */
    public int downscale() {
        return autoencoder.config().downscale();
    }

    /** Height and width in pixels of the pictures that it was trained on. */
    public int nativeSide() {
        return unet.config().sampleSize() * downscale();
    }

    /**
     * Shape of the latents of some pictures.
     *
     * @throws IllegalArgumentException if height or width is no multiple of {@link #downscale()}
     */
    public long[] latentShape(int pictures, int height, int width) {
        int scale = downscale();
        if (height < scale || width < scale || height % scale != 0 || width % scale != 0) {
            throw new IllegalArgumentException("this model draws pictures whose sides are multiples of " + scale
                    + " pixels, not " + width + " x " + height);
        }
        return new long[] {pictures, unet.config().inChannels(), height / scale, width / scale};
    }

    /**
     * Encodes prompts.
     *
     * @param ids int64 [B, S]
     * @return hidden states [B, S, D]
     */
    public Tensor encode(Tensor ids) {
        return text.encode(ids).lastHiddenState();
    }

    /**
     * Draws latents.
     *
     * @param prompt hidden states [B, S, D]
     * @param negative hidden states that guidance pushes away from, [B, S, D]
     * @param noise standard normal, {@link #latentShape}
     * @param settings steps, guidance, noise of the steps
     * @param random draws the noise of the steps, where the sampler adds some
     * @param cancellation asked before each step
     * @param listener hears each finished step
     * @return latents as the autoencoder's {@link AutoencoderKL#fromDiffusion} takes them
     */
    public Tensor denoise(
            Tensor prompt,
            Tensor negative,
            Tensor noise,
            SamplerSettings settings,
            RandomGenerator random,
            Cancellation cancellation,
            ImageListener listener) {
        Tensor context = settings.guided() ? engine.cat(List.of(negative, prompt), 0) : prompt;
        return new DenoisingLoop(engine, scheduler)
                .run(
                        (latents, times) -> unet.forward(latents, times, context),
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
        text.close();
        unet.close();
        autoencoder.close();
    }
}
