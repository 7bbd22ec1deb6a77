package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.load.StableDiffusion3Folder;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.text.T5Encoder;
import dev.tandem.diffusion.text.TextEncoding;
import dev.tandem.diffusion.transformer.SD3Config;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Text to picture with Stable Diffusion 3 and 3.5 (Esser et al. 2024), equal to diffusers' {@code StableDiffusion3Pipeline}: two CLIP encoders
 * and T5 read the prompt, a transformer denoises by flow matching. Safe to use from several threads, whose drawings share the passes of the transformer.
 */
public final class StableDiffusion3Pipeline implements DiffusionPipeline {

    private static final String STRANGERS = "these components do not belong together";

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

    private final TensorEngine engine;
    private final TextEncoders text;
    private final SD3Transformer2D transformer;
    private final AutoencoderKL autoencoder;
    private final Scheduler scheduler;
    private final DynamicBatch network;

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
        this.network = new DynamicBatch(engine, in -> transformer.forward(in.get(0), in.get(1), in.get(2), in.get(3)));
        checkTexts();
        if (transformer.config().inChannels() != autoencoder.config().latentChannels()) {
            throw new IllegalArgumentException("the transformer takes latents of "
                    + transformer.config().inChannels() + " channels, the autoencoder has "
                    + autoencoder.config().latentChannels() + "; " + STRANGERS);
        }
    }

    private void checkTexts() {
        SD3Config takes = transformer.config();
        ClipTextConfig one = text.clip().config();
        ClipTextConfig two = text.bigClip().config();
        if (one.projectionDim() == 0 || two.projectionDim() == 0) {
            throw new IllegalArgumentException(
                    (one.projectionDim() == 0 ? "text_encoder" : "text_encoder_2")
                            + " is a CLIP encoder without a projection (CLIPTextModelWithProjection), which Stable Diffusion 3 needs");
        }
        int pooled = one.projectionDim() + two.projectionDim();
        if (pooled != takes.pooledProjectionDim()) {
            throw new IllegalArgumentException("the transformer takes pooled vectors of " + takes.pooledProjectionDim()
                    + " values, the text encoders give " + pooled + "; " + STRANGERS);
        }
        int hidden = one.hiddenSize() + two.hiddenSize();
        if (hidden > takes.jointAttentionDim()) {
            throw new IllegalArgumentException("the transformer attends to hidden states of width "
                    + takes.jointAttentionDim() + ", the CLIP encoders together give " + hidden + "; " + STRANGERS);
        }
        T5Encoder t5 = text.t5();
        if (t5 != null && t5.config().width() != takes.jointAttentionDim()) {
            throw new IllegalArgumentException("the transformer attends to hidden states of width "
                    + takes.jointAttentionDim() + ", T5 gives " + t5.config().width() + "; " + STRANGERS);
        }
    }

    /**
     * Loads a pipeline.
     *
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit; the message names it
     */
    public static StableDiffusion3Pipeline load(TensorEngine engine, StableDiffusion3Folder folder) {
        return Loading.of(folder, parts -> {
            Scheduler scheduler = folder.scheduler();
            ClipTextModel clip = parts.add(folder.clip(1));
            ClipTextModel bigClip = parts.add(folder.clip(2));
            T5Encoder t5 = folder.t5();
            if (t5 != null) {
                parts.add(t5);
            }
            return new StableDiffusion3Pipeline(
                    engine,
                    new TextEncoders(clip, bigClip, t5),
                    parts.add(folder.transformer()),
                    parts.add(folder.autoencoder()),
                    scheduler);
        });
    }

    @Override
    public List<TextInput> textInputs() {
        List<TextInput> inputs = new ArrayList<>();
        for (ClipTextModel clip : List.of(text.clip(), text.bigClip())) {
            inputs.add(new TextInput(clip.config().vocabSize(), clip.config().maxPositions()));
        }
        T5Encoder t5 = text.t5();
        if (t5 != null) {
            inputs.add(new TextInput(t5.config().vocabSize(), Integer.MAX_VALUE));
        }
        return inputs;
    }

    @Override
    public int nativeSide() {
        return transformer.config().sampleSize() * autoencoder.config().downscale();
    }

    @Override
    public long[] latentShape(int pictures, int height, int width) {
        int scale = autoencoder.config().downscale();
        int step = scale * transformer.config().patchSize();
        Pictures.checkSides(height, width, step);
        int longest = step * transformer.config().posEmbedMaxSize();
        if (Math.max(height, width) > longest) {
            throw new IllegalArgumentException(
                    "this model draws pictures of up to " + longest + " pixels a side, not " + width + " x " + height);
        }
        return new long[] {pictures, transformer.config().inChannels(), height / scale, width / scale};
    }

    /** Encodes prompts: ids of both CLIP encoders, then of T5; without T5 there are zeros in its place. */
    @Override
    public Prompt encode(List<Tensor> ids) {
        TextEncoding one = text.clip().encode(ids.get(0));
        TextEncoding two = text.bigClip().encode(ids.get(1));
        Tensor clip = engine.cat(List.of(one.penultimate(), two.penultimate()), -1);
        int width = transformer.config().jointAttentionDim();
        long batch = clip.size(0);
        long filler = width - clip.size(2);
        if (filler > 0) {
            clip = engine.cat(List.of(clip, engine.zeros(DType.FLOAT32, batch, clip.size(1), filler)), -1);
        }
        T5Encoder t5 = text.t5();
        Tensor longTexts =
                t5 == null ? engine.zeros(DType.FLOAT32, batch, clip.size(1), width) : t5.encode(ids.get(2), null);
        Tensor pooled = engine.cat(List.of(projected(one), projected(two)), -1);
        return new Prompt(engine.cat(List.of(clip, longTexts), 1), pooled);
    }

    private static Tensor projected(TextEncoding encoding) {
        return Objects.requireNonNull(encoding.textEmbeds(), "a CLIP encoder of Stable Diffusion 3 has a projection");
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
        Prompt both = settings.conditions(engine, prompt, negative);
        Tensor pooled = Objects.requireNonNull(both.pooled(), "prompts of Stable Diffusion 3 have pooled vectors");
        int patch = transformer.config().patchSize();
        int patches = Math.toIntExact(noise.size(2) / patch * (noise.size(3) / patch));
        return new DenoisingLoop(engine, scheduler.forPatches(patches), network)
                .run(List.of(both.hidden(), pooled), noise, settings, random, cancellation, listener);
    }

    @Override
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
