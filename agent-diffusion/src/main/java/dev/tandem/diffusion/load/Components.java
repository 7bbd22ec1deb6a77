package dev.tandem.diffusion.load;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Components that the folders of several pipelines have.
 *
 * @param engine computes the networks
 * @param folder with {@code model_index.json}
 */
record Components(TensorEngine engine, ModelFolder folder) {

    /** Builds a network from its configuration and its weights. */
    interface Build<C, N> {
        N build(TensorEngine engine, C config, WeightSource weights);
    }

    /**
     * Loads the component of a name, with the LoRA adapter that lies beside its weights, if there is one; its matrices stay in 16 bits where
     * they are stored so.
     */
    <C, N> N network(String name, Function<Path, C> config, Build<C, N> build) {
        ModelFolder part = folder.component(name);
        return checked(
                part.path(),
                () -> build.build(
                        engine,
                        config.apply(part.path().resolve("config.json")),
                        LoraAdapter.mergedBeside(
                                engine, part.path(), part.weights(engine).packing())));
    }

    ClipTextModel clip(String name) {
        return network(name, ClipTextConfigFile::read, ClipTextLoader::build);
    }

    AutoencoderKL autoencoder() {
        return network("vae", VaeConfigFile::read, VaeLoader::build);
    }

    Path schedulerFile() {
        return folder.component("scheduler").path().resolve("scheduler_config.json");
    }

    /** A configuration that does not fit is a damaged model to whoever loads a whole one. */
    static <T> T checked(Path part, Supplier<T> loading) {
        try {
            return loading.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw new WeightException(message.contains(part.toString()) ? message : part + ": " + message, e);
        }
    }
}
