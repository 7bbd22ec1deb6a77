package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A decoder with its tensors by checkpoint key: what a training needs, and what writes a model folder.
 *
 * @param model owns the tensors; close it
 * @param parameters every tensor of the model, once
 */
public record TrainableLlama(Llama model, Map<String, Tensor> parameters) implements AutoCloseable {

    /** A decoder with fresh weights, normal with the configuration's initializer range. */
    public static TrainableLlama fresh(TensorEngine engine, LlamaConfig config, RandomGenerator random) {
        return of(engine, config, new FreshWeights(engine, random));
    }

    /**
     * The decoder of a model folder, in float32.
     *
     * @throws WeightException if a file is missing, damaged or does not fit
     */
    public static TrainableLlama load(TensorEngine engine, Path folder) {
        ModelFolder files = ModelFolder.of(folder);
        return of(engine, LlamaLoader.config(folder), files.weights(engine));
    }

    private static TrainableLlama of(TensorEngine engine, LlamaConfig config, WeightSource source) {
        Parameters parameters = new Parameters(source);
        return new TrainableLlama(LlamaLoader.build(engine, config, parameters), parameters.asMap());
    }

    /**
     * Writes a folder in the published layout, which transformers loads too: {@code config.json}, {@code generation_config.json},
     * {@code model.safetensors} and the tokenizer's files. Each file appears when it is whole.
     *
     * @param dtype {@code FLOAT32}, {@code FLOAT16} or {@code BFLOAT16}
     * @param tokenizer the folder that the tokenizer's files are copied from; the same folder leaves them as they are
     * @throws WeightException if something can't be written
     */
    public void save(Path folder, DType dtype, Path tokenizer) {
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.create().floatsAs(dtype).write(folder.resolve("model.safetensors"), parameters);
            ObjectNode config = LlamaConfigFile.write(model.config());
            config.put("torch_dtype", dtype.name().toLowerCase(java.util.Locale.ROOT));
            WrittenFiles.write(folder.resolve("config.json"), config);
            WrittenFiles.write(
                    folder.resolve("generation_config.json"), LlamaConfigFile.writeGeneration(model.config()));
            WrittenFiles.copyTokenizer(tokenizer, folder);
        } catch (IOException e) {
            throw new WeightException("the model can't be written to " + folder + ": " + e, e);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
