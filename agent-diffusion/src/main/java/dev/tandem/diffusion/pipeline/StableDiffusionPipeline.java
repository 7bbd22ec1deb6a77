package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Text to picture with Stable Diffusion (Rombach et al. 2022), equal to diffusers' {@code StableDiffusionPipeline}. Each step of the
 * sampler has its own tensor scope. Safe to use from several threads, whose drawings share the passes of the UNet.
 */
public final class StableDiffusionPipeline implements DiffusionPipeline {

    private final TensorEngine engine;
    private final ClipTextModel text;
    private final UNet2DCondition unet;
    private final AutoencoderKL autoencoder;
    private final Scheduler scheduler;
    private final DynamicBatch network;

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
        this.network = new DynamicBatch(engine, in -> unet.forward(in.get(0), in.get(1), in.get(2)));
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
                    + "; only drawing from text is supported, not inpainting, depth or upscaling");
        }
    }

    /**
     * Loads a pipeline.
     *
     * @param scheduler such as the folder's own
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit; the message names it
     */
    public static StableDiffusionPipeline load(TensorEngine engine, StableDiffusionFolder folder, Scheduler scheduler) {
        return Loading.of(
                folder,
                parts -> new StableDiffusionPipeline(
                        engine,
                        parts.add(folder.textEncoder()),
                        parts.add(folder.unet()),
                        parts.add(folder.autoencoder()),
                        scheduler));
    }

    @Override
    public List<TextInput> textInputs() {
        return List.of(new TextInput(text.config().vocabSize(), text.config().maxPositions()));
    }

    @Override
    public int nativeSide() {
        return unet.config().sampleSize() * autoencoder.config().downscale();
    }

    @Override
    public long[] latentShape(int pictures, int height, int width) {
        int scale = autoencoder.config().downscale();
        Pictures.checkSides(height, width, scale);
        return new long[] {pictures, unet.config().inChannels(), height / scale, width / scale};
    }

    @Override
    public Prompt encode(List<Tensor> ids) {
        return new Prompt(text.encode(ids.get(0)).lastHiddenState(), null);
    }

    @Override
    public Tensor denoise(
            Prompt prompt,
            @Nullable Prompt negative,
            Tensor noise,
            SamplerSettings settings,
            RandomGenerator random,
            Cancellation cancellation,
            ImageListener listener) {
        Tensor context = settings.conditions(engine, prompt, negative).hidden();
        return new DenoisingLoop(engine, scheduler, network)
                .run(List.of(context), noise, settings, random, cancellation, listener);
    }

    @Override
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
