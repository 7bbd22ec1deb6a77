package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.llm.model.MllamaVision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The picture's encoder of Llama-Vision alone, with its tensors by checkpoint key: what a training needs, and what writes a folder that
 * transformers' {@code MllamaVisionModel} loads too.
 */
public final class TrainableMllamaVision implements AutoCloseable {

    private static final String PREFIX = "vision_model";

    private final MllamaVision model;
    private final Map<String, Tensor> parameters;
    private final Scope scope;

    private TrainableMllamaVision(MllamaVision model, Map<String, Tensor> parameters, Scope scope) {
        this.model = model;
        this.parameters = parameters;
        this.scope = scope;
    }

    /**
     * The sizes in a {@code config.json} of an encoder that lies alone.
     *
     * @throws IllegalArgumentException if the file is missing or does not fit; the message names it
     */
    public static MllamaConfig.Vision config(Path file) {
        return Fields.read(file, json -> {
            String type = json.path("model_type").asText();
            if (!type.equals(MllamaVisionFile.MODEL_TYPE)) {
                throw new IllegalArgumentException(
                        "model_type is '" + type + "'; this reads " + MllamaVisionFile.MODEL_TYPE);
            }
            return MllamaVisionFile.parse(json);
        });
    }

    /**
     * An encoder with fresh weights. Matrices start as PyTorch's do and not as the published model's 0.02, which is for a width of 1280: narrow
     * layers would take long to grow.
     */
    public static TrainableMllamaVision fresh(TensorEngine engine, MllamaConfig.Vision config, RandomGenerator random) {
        FreshWeights fresh = new FreshWeights(engine, random);
        return of(engine, config, new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                boolean matrix = key.endsWith(".weight") && shape.length > 1 && !key.contains("tile");
                long fanIn = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
                return fresh.get(key, matrix ? Init.uniform(fanIn) : init, shape);
            }

            @Override
            public boolean has(String key) {
                return true;
            }
        });
    }

    /**
     * The encoder in a folder, in float32: of an encoder that lies alone, or of a whole Llama-Vision.
     *
     * @throws WeightException if a file is missing, damaged or does not fit
     */
    public static TrainableMllamaVision load(TensorEngine engine, Path folder) {
        MllamaConfig.Vision config;
        try {
            config = Fields.read(
                    folder.resolve("config.json"),
                    json -> json.has("vision_config")
                            ? MllamaLoader.parse(json).vision()
                            : MllamaVisionFile.parse(json));
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
        return of(engine, config, ModelFolder.of(folder).weights(engine));
    }

    private static TrainableMllamaVision of(TensorEngine engine, MllamaConfig.Vision config, WeightSource source) {
        Parameters parameters = new Parameters(source);
        Scope scope = engine.scope();
        try {
            return new TrainableMllamaVision(
                    MllamaVisionFile.load(config, parameters.at(PREFIX)), parameters.asMap(), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    /** The encoder. */
    public MllamaVision model() {
        return model;
    }

    /** Every tensor, by key. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /**
     * The tensors that one tile can train: those of layouts stay behind their closed gates, where they change nothing. The table of positions
     * does what they would do.
     */
    public Map<String, Tensor> trainedWithOneTile() {
        Map<String, Tensor> trained = new LinkedHashMap<>(parameters);
        trained.keySet().removeIf(key -> key.contains("tile") || key.endsWith("positional_embedding.gate"));
        return Collections.unmodifiableMap(trained);
    }

    /**
     * Writes {@code config.json} and {@code model.safetensors}, each when it is whole.
     *
     * @param writer says in which types
     * @param weights taken instead of the tensors of the same keys, as averages are
     * @throws WeightException if something can't be written
     */
    public void save(Path folder, SafetensorsWriter writer, Map<String, Tensor> weights) {
        Map<String, Tensor> all = new LinkedHashMap<>(parameters);
        all.replaceAll((key, tensor) -> weights.getOrDefault(key, tensor));
        try {
            Files.createDirectories(folder);
            writer.write(folder.resolve("model.safetensors"), all);
            ObjectNode config = MllamaVisionFile.write(model.config());
            config.putArray("architectures").add("MllamaVisionModel");
            WrittenFiles.write(folder.resolve("config.json"), config);
        } catch (IOException e) {
            throw new WeightException("the encoder can't be written to " + folder + ": " + e, e);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
