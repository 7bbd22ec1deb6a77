package dev.tandem.diffusion.load;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A Stable Diffusion pipeline in the layout of diffusers: {@code model_index.json} beside {@code text_encoder}, {@code tokenizer},
 * {@code unet}, {@code vae} and {@code scheduler}.
 */
public final class StableDiffusionFolder {

    private static final String INDEX = "model_index.json";
    private static final String PIPELINE = "StableDiffusionPipeline";
    private static final String CONFIG = "config.json";

    private final TensorEngine engine;
    private final ModelFolder folder;

    /** A folder whose networks are computed by an engine. */
    public StableDiffusionFolder(TensorEngine engine, ModelFolder folder) {
        this.engine = engine;
        this.folder = folder;
    }

    /** Whether a folder's {@code model_index.json} names this kind of pipeline; false for whatever can't be read. */
    public static boolean describes(Path folder) {
        return describes(folder, PIPELINE);
    }

    static boolean describes(Path folder, String pipeline) {
        try {
            return Fields.read(
                    folder.resolve(INDEX), f -> f.text("_class_name", "").equals(pipeline));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Loads {@code text_encoder/}. */
    public ClipTextModel textEncoder() {
        ModelFolder part = folder.component("text_encoder");
        return load(() -> ClipTextLoader.build(
                engine, ClipTextConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine)));
    }

    /** Loads {@code unet/}. */
    public UNet2DCondition unet() {
        ModelFolder part = folder.component("unet");
        return load(
                () -> UNetLoader.build(engine, UNetConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine)));
    }

    /** Loads {@code vae/}. */
    public AutoencoderKL autoencoder() {
        ModelFolder part = folder.component("vae");
        return load(
                () -> VaeLoader.build(engine, VaeConfigFile.read(part.path().resolve(CONFIG)), part.weights(engine)));
    }

    /** Reads {@code scheduler/}. */
    public Scheduler scheduler() {
        Path file = folder.component("scheduler").path().resolve("scheduler_config.json");
        return load(() -> SchedulerFile.read(file));
    }

    /** Where the tokenizer's files are. */
    public Path tokenizer() {
        return folder.component("tokenizer").path();
    }

    /** A configuration that does not fit is a damaged model to whoever loads a whole one. */
    private static <T> T load(Supplier<T> loading) {
        try {
            return loading.get();
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
