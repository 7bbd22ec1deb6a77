package dev.tandem.diffusion.load;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.text.T5Encoder;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Stable Diffusion 3 or 3.5 pipeline in the layout of diffusers: {@code model_index.json} beside three text encoders with their
 * tokenizers, {@code transformer}, {@code vae} and {@code scheduler}. {@code text_encoder_3} may be left out.
 */
public final class StableDiffusion3Folder {

    /** What {@code model_index.json} calls it. */
    public static final String PIPELINE = "StableDiffusion3Pipeline";

    private static final String T5 = "text_encoder_3";

    private final Components components;

    /** A folder whose networks are computed by an engine. */
    public StableDiffusion3Folder(TensorEngine engine, ModelFolder folder) {
        this.components = new Components(engine, folder);
    }

    /** Whether a folder's {@code model_index.json} names this kind of pipeline; false for whatever can't be read. */
    public static boolean describes(Path folder) {
        return PipelineIndex.names(folder, PIPELINE);
    }

    /** Whether it has T5: there is its folder, and {@code model_index.json} does not leave it out. */
    public boolean hasT5() {
        return components.folder().hasComponent(T5)
                && !PipelineIndex.read(components.folder()).leavesOut(T5);
    }

    /** Where the files of a tokenizer are: 1 and 2 of CLIP, 3 of T5. */
    public Path tokenizer(int number) {
        return components
                .folder()
                .component(number == 1 ? "tokenizer" : "tokenizer_" + number)
                .path();
    }

    /** Loads one of CLIP's encoders, 1 or 2. */
    public ClipTextModel clip(int number) {
        return components.clip(number == 1 ? "text_encoder" : "text_encoder_" + number);
    }

    /** Loads {@code text_encoder_3/}; null where there is none. */
    public @Nullable T5Encoder t5() {
        return hasT5() ? components.network(T5, T5ConfigFile::read, T5Loader::build) : null;
    }

    /** Loads {@code transformer/}. */
    public SD3Transformer2D transformer() {
        return components.network("transformer", SD3ConfigFile::read, SD3Loader::build);
    }

    /** Loads {@code vae/}. */
    public AutoencoderKL autoencoder() {
        return components.autoencoder();
    }

    /** Reads {@code scheduler/}. */
    public Scheduler scheduler() {
        Path file = components.schedulerFile();
        return Components.checked(file, () -> SchedulerFile.read(file));
    }

    /** What is missing or not used; sentences for people. */
    public List<String> notes() {
        return hasT5()
                ? List.of()
                : List.of("there is no third text encoder (T5), so long prompts are followed less well");
    }

    @Override
    public String toString() {
        return components.folder().toString();
    }
}
