package dev.tandem.llm.load;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.LoraConfig;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.llm.model.Llama;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A decoder whose own weights stay as they are, with a new LoRA adapter (Hu et al. 2022) beside them that is trained.
 *
 * @param model owns the tensors, the adapter's too; close it
 * @param adapter what is trained
 */
public record AdaptedLlama(Llama model, LoraAdapter adapter) implements AutoCloseable {

    /**
     * The decoder of a model folder, in float32, with an adapter that changes nothing yet.
     *
     * @param config which layers are adapted, and which are trained whole
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit
     * @throws IllegalArgumentException if a target of the adapter names no layer, or the folder holds an adapter already
     */
    public static AdaptedLlama load(TensorEngine engine, Path folder, LoraConfig config, RandomGenerator random) {
        if (LoraAdapter.isIn(folder)) {
            throw new IllegalArgumentException(
                    folder
                            + " holds adapter_config.json, an adapter already; merge it into the weights before another is trained");
        }
        LoraAdapter adapter = LoraAdapter.fresh(engine, config, random);
        Llama model = LlamaLoader.build(
                engine,
                LlamaLoader.config(folder),
                adapter.on(ModelFolder.of(folder).weights(engine)));
        if (!adapter.missedTargets().isEmpty()) {
            model.close();
            throw new IllegalArgumentException("no linear layer of " + folder + " is named '"
                    + adapter.missedTargets().get(0) + "'; correct target_modules");
        }
        return new AdaptedLlama(model, adapter);
    }

    /** What is trained, by PEFT's keys. */
    public Map<String, Tensor> parameters() {
        return adapter.parameters();
    }

    @Override
    public void close() {
        model.close();
    }
}
