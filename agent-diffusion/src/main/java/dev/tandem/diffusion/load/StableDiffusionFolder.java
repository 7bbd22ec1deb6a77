package dev.tandem.diffusion.load;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SchedulerName;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Stable Diffusion 1 or 2 pipeline in the layout of diffusers: {@code model_index.json} beside {@code text_encoder}, {@code tokenizer},
 * {@code unet}, {@code vae} and {@code scheduler},
 * in Stable Diffusion 1 also {@code safety_checker} and {@code feature_extractor}.
 */
public final class StableDiffusionFolder {

    /** What {@code model_index.json} calls it. */
    public static final String PIPELINE = "StableDiffusionPipeline";

    private final Components components;

    /** A folder whose networks are computed by an engine. */
    public StableDiffusionFolder(TensorEngine engine, ModelFolder folder) {
        this.components = new Components(engine, folder);
    }

    /** Whether a folder's {@code model_index.json} names this kind of pipeline; false for whatever can't be read. */
    public static boolean describes(Path folder) {
        return PipelineIndex.names(folder, PIPELINE);
    }

    /** Loads {@code text_encoder/}. */
    public ClipTextModel textEncoder() {
        return components.clip("text_encoder");
    }

    /** Loads {@code unet/}. */
    public UNet2DCondition unet() {
        return components.network("unet", UNetConfigFile::read, UNetLoader::build);
    }

    /** Loads {@code vae/}. Stable Diffusion 1 and 2 know no {@code shift_factor}: as in diffusers' pipeline it is not looked at. */
    public AutoencoderKL autoencoder() {
        return components.network(
                "vae",
                file -> VaeConfigFile.read(file).toBuilder().shiftFactor(0).build(),
                VaeLoader::build);
    }

    /** Reads {@code scheduler/}. */
    public Scheduler scheduler() {
        return scheduler(null);
    }

    /**
     * Reads {@code scheduler/}.
     *
     * @param chosen which sampler makes the steps; null for the one that the folder names
     */
    public Scheduler scheduler(@Nullable SchedulerName chosen) {
        Path file = components.schedulerFile();
        return Components.checked(file, () -> SchedulerFile.readStableDiffusion(file, chosen));
    }

    /** Where the tokenizer's files are. */
    public Path tokenizer() {
        return components.folder().component("tokenizer").path();
    }

    /** The folder itself where it names a safety checker and has one, for {@link SafetyCheckerFolder}. */
    public Optional<Path> safetyChecker() {
        boolean named = PipelineIndex.read(components.folder()).has(SafetyCheckerFolder.COMPONENT);
        return named && components.folder().hasComponent(SafetyCheckerFolder.COMPONENT)
                ? Optional.of(components.folder().path())
                : Optional.empty();
    }

    /** What is in the folder and is not used, or named and not there; sentences for people. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        PipelineIndex index = PipelineIndex.read(components.folder());
        if (index.has(SafetyCheckerFolder.COMPONENT)
                && !components.folder().hasComponent(SafetyCheckerFolder.COMPONENT)) {
            notes.add(PipelineIndex.FILE + " names a safety checker, but there is no folder "
                    + SafetyCheckerFolder.COMPONENT + "; it looks at no picture");
        }
        if (index.has("image_encoder")) {
            notes.add("the image encoder is not used");
        }
        return notes;
    }

    @Override
    public String toString() {
        return components.folder().toString();
    }
}
