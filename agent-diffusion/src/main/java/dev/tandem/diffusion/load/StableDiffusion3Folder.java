package dev.tandem.diffusion.load;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.pipeline.StableDiffusion3Pipeline;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.text.T5Encoder;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Stable Diffusion 3 pipeline in the layout of diffusers: {@code model_index.json} beside three text encoders with their tokenizers,
 * {@code transformer}, {@code vae} and {@code scheduler}. {@code text_encoder_3} may be left out.
 */
public final class StableDiffusion3Folder {

    private static final String PIPELINE = "StableDiffusion3Pipeline";
    private static final String CONFIG = "config.json";

    private final TensorEngine engine;
    private final ModelFolder folder;

    /** A folder whose networks are computed by an engine. */
    public StableDiffusion3Folder(TensorEngine engine, ModelFolder folder) {
        this.engine = engine;
        this.folder = folder;
    }

    /** Whether a folder's {@code model_index.json} names this kind of pipeline; false for whatever can't be read. */
    public static boolean describes(Path folder) {
        return StableDiffusionFolder.describes(folder, PIPELINE);
    }

    /** Whether it has T5. */
    public boolean hasT5() {
        return folder.hasComponent("text_encoder_3");
    }

    /** Where the files of a tokenizer are: 1 and 2 of CLIP, 3 of T5. */
    public Path tokenizer(int number) {
        return folder.component(number == 1 ? "tokenizer" : "tokenizer_" + number)
                .path();
    }

    /**
     * Loads everything.
     *
     * @throws WeightException if a file is missing, damaged or does not fit; the message names it
     */
    public StableDiffusion3Pipeline load() {
        List<Runnable> loaded = new ArrayList<>();
        try {
            Scheduler scheduler =
                    SchedulerFile.read(folder.component("scheduler").path().resolve("scheduler_config.json"));
            ClipTextModel clip = clip("text_encoder");
            loaded.add(clip::close);
            ClipTextModel bigClip = clip("text_encoder_2");
            loaded.add(bigClip::close);
            T5Encoder t5 = t5();
            if (t5 != null) {
                loaded.add(t5::close);
            }
            ModelFolder part = folder.component("transformer");
            SD3Transformer2D transformer =
                    SD3Loader.build(engine, SD3ConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine));
            loaded.add(transformer::close);
            ModelFolder vae = folder.component("vae");
            AutoencoderKL autoencoder =
                    VaeLoader.build(engine, VaeConfigFile.read(vae.path().resolve(CONFIG)), vae.weights(engine));
            loaded.add(autoencoder::close);
            return new StableDiffusion3Pipeline(
                    engine,
                    new StableDiffusion3Pipeline.TextEncoders(clip, bigClip, t5),
                    transformer,
                    autoencoder,
                    scheduler);
        } catch (RuntimeException | Error e) {
            loaded.forEach(Runnable::run);
            if (e instanceof IllegalArgumentException) {
                throw new WeightException(folder + ": " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private ClipTextModel clip(String name) {
        ModelFolder part = folder.component(name);
        return ClipTextLoader.build(engine, ClipTextConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine));
    }

    private @Nullable T5Encoder t5() {
        if (!hasT5()) {
            return null;
        }
        ModelFolder part = folder.component("text_encoder_3");
        return T5Loader.build(engine, T5ConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine));
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
