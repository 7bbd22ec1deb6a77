package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.MllamaImageProcessor;
import dev.tandem.core.vision.PixelLevels;
import dev.tandem.core.vision.Resampling;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.token.LlmTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A Llama-Vision with its tensors by checkpoint key: what a training needs, and what writes a model folder. The rows of the picture's tokens are a
 * tensor of their own, so that they can be trained while the words stay as they are.
 *
 * @param eyes the model with its image processor; owns the tensors
 * @param parameters every tensor of the model, once
 */
public record TrainableMllama(SeenPictures eyes, Map<String, Tensor> parameters) implements AutoCloseable {

    private static final String LAYERS = "language_model.model.layers.";
    private static final String PROJECTOR = "multi_modal_projector.";
    static final String VISION = "vision_model.";

    /** Where the gates of new layers begin: at 0 nothing else of them would have a gradient. */
    private static final double GATE = 0.5;

    /**
     * The model of a folder, in float32.
     *
     * @throws WeightException if a file is missing, damaged or does not fit
     */
    public static TrainableMllama load(TensorEngine engine, Path folder) {
        return load(engine, folder, null);
    }

    /**
     * The model of a folder, in float32, with another picture's encoder of the same sizes.
     *
     * @param vision the encoder's folder; null for the one that the model has
     * @throws WeightException if a file is missing, damaged or does not fit
     */
    public static TrainableMllama load(TensorEngine engine, Path folder, @Nullable Path vision) {
        WeightSource whole = ModelFolder.of(folder).weights(engine);
        WeightSource encoder = vision == null ? whole : ModelFolder.of(vision).weights(engine);
        MllamaConfig config = MllamaLoader.config(folder);
        int words = config.text().vocabSize();
        WeightSource apart = new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                boolean extra = key.equals(MllamaLoader.EXTRA);
                if (!extra && !key.equals(MllamaLoader.TABLE)) {
                    return (key.startsWith(VISION) ? encoder : whole).get(key, init, shape);
                }
                try (Scope reading = engine.scope()) {
                    Tensor table =
                            whole.get(MllamaLoader.TABLE, init, words + (long) MllamaLoader.EXTRA_TOKENS, shape[1]);
                    Tensor rows = table.narrow(0, extra ? words : 0, shape[0]);
                    return reading.keep(rows.add(0)); // a copy
                }
            }

            @Override
            public boolean has(String key) {
                return key.equals(MllamaLoader.EXTRA) || whole.has(key);
            }
        };
        Parameters parameters = new Parameters(apart);
        Mllama model = MllamaLoader.buildApart(engine, config, parameters);
        try (LlmTokenizer tokenizer = LlmTokenizer.load(folder)) {
            return new TrainableMllama(MllamaLoader.eyes(model, tokenizer, folder), parameters.asMap());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /**
     * A Llama that gets eyes: in the middle of its layers stands a new one that looks at what an encoder sees. Without pictures it computes what it
     * did.
     *
     * @param llama folder of the language model
     * @param vision folder of an encoder of one tile, with its {@code config.json}
     * @param random for the fresh weights
     * @throws WeightException if a file is missing, damaged or does not fit
     */
    public static TrainableMllama grow(TensorEngine engine, Path llama, Path vision, RandomGenerator random) {
        LlamaConfig text = LlamaLoader.config(llama);
        MllamaConfig.Vision sees;
        try {
            sees = TrainableMllamaVision.config(vision.resolve("config.json"));
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
        if (sees.maxTiles() != 1) {
            throw new WeightException(vision + " holds an encoder of " + sees.maxTiles()
                    + " tiles; a Llama gets eyes with an encoder of one");
        }
        MllamaConfig config =
                new MllamaConfig(text.withHiddenLayers(text.hiddenLayers() + 1), Set.of(text.hiddenLayers() / 2), sees);
        WeightSource words = ModelFolder.of(llama).weights(engine);
        WeightSource eyes = ModelFolder.of(vision).weights(engine);
        FreshWeights fresh = new FreshWeights(engine, random);
        WeightSource grown = new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                if (key.startsWith(VISION)) {
                    return eyes.get(key, init, shape);
                }
                if (isNew(config, key)) {
                    return freshOf(key, init, shape);
                }
                return words.get(ofLlama(config, key), init, shape);
            }

            private Tensor freshOf(String key, Init init, long... shape) {
                if (key.endsWith("_gate")) {
                    return engine.full(GATE, shape);
                }
                boolean matrix = key.startsWith(LAYERS) && shape.length == 2;
                return fresh.get(key, matrix ? Init.uniform(shape[1]) : init, shape);
            }

            @Override
            public boolean has(String key) {
                return key.startsWith(VISION) ? eyes.has(key) : isNew(config, key) || words.has(ofLlama(config, key));
            }
        };
        MllamaImageProcessor processor =
                new MllamaImageProcessor(sees.imageSize(), 1, Resampling.BILINEAR, PixelLevels.halves());
        Parameters parameters = new Parameters(grown);
        Mllama model = MllamaLoader.buildApart(engine, config, parameters);
        return new TrainableMllama(new SeenPictures(model, processor, text.vocabSize()), parameters.asMap());
    }

    private static boolean isNew(MllamaConfig config, String key) {
        return key.equals(MllamaLoader.EXTRA)
                || key.startsWith(PROJECTOR)
                || key.startsWith(LAYERS) && config.crossAttentionLayers().contains(layerOf(key));
    }

    private static int layerOf(String key) {
        return Integer.parseInt(key.substring(LAYERS.length(), key.indexOf('.', LAYERS.length())));
    }

    /** The key that a tensor of the decoder has in a Llama without eyes. */
    private static String ofLlama(MllamaConfig config, String key) {
        String own = key.substring("language_model.".length());
        if (!key.startsWith(LAYERS)) {
            return own;
        }
        int layer = layerOf(key);
        long before = config.crossAttentionLayers().stream()
                .filter(each -> each < layer)
                .count();
        return "model.layers." + (layer - before) + key.substring(key.indexOf('.', LAYERS.length()));
    }

    /** The tensors by which the decoder looks: layers, projector, and rows of the picture's tokens. */
    public Map<String, Tensor> perceptron() {
        MllamaConfig config = eyes.model().config();
        return only(key -> isNew(config, key));
    }

    /** Of {@link #perceptron()} the projector and the rows of the picture's tokens. */
    public Map<String, Tensor> projector() {
        return only(key -> key.equals(MllamaLoader.EXTRA) || key.startsWith(PROJECTOR));
    }

    /** Rows of the table of vectors, those of the picture's tokens included. */
    public int rows() {
        return eyes.model().config().text().vocabSize() + MllamaLoader.EXTRA_TOKENS;
    }

    /** The tensors of the decoder itself. */
    public Map<String, Tensor> language() {
        MllamaConfig config = eyes.model().config();
        return only(key -> !key.startsWith(VISION) && !isNew(config, key));
    }

    /**
     * Writes in 16 bits, and the matrices of the encoder and of the new feed-forward layers in 8: there are most weights, and rounding them changes
     * answers least.
     */
    public SafetensorsWriter compactWriter() {
        MllamaConfig config = eyes.model().config();
        return SafetensorsWriter.create()
                .floatsAs(DType.FLOAT16)
                .matricesAs(
                        DType.FLOAT8_E4M3FN,
                        key -> key.startsWith(VISION) || isNew(config, key) && key.contains(".mlp."));
    }

    private Map<String, Tensor> only(Predicate<String> keys) {
        Map<String, Tensor> some = new LinkedHashMap<>(parameters);
        some.keySet().removeIf(key -> !keys.test(key));
        return some;
    }

    /**
     * Writes a folder in the published layout, which transformers loads too, each file when it is whole.
     *
     * @param writer says in which types
     * @param weights taken instead of the tensors of the same keys, as averages are
     * @param tokenizer the folder that the tokenizer's files are copied from; the picture's token is added where it is missing
     * @throws WeightException if something can't be written
     */
    public void save(Path folder, SafetensorsWriter writer, Map<String, Tensor> weights, Path tokenizer) {
        MllamaConfig config = eyes.model().config();
        Map<String, Tensor> all = new LinkedHashMap<>(parameters);
        all.replaceAll((key, tensor) -> weights.getOrDefault(key, tensor));
        TensorEngine engine = eyes.model().engine();
        try (Scope scope = engine.scope()) {
            Tensor extra = Objects.requireNonNull(all.remove(MllamaLoader.EXTRA));
            all.replace(MllamaLoader.TABLE, engine.cat(Arrays.asList(all.get(MllamaLoader.TABLE), extra), 0));
            Files.createDirectories(folder);
            writer.write(folder.resolve("model.safetensors"), all);
            WrittenFiles.write(folder.resolve("config.json"), write(config, eyes.imageId()));
            WrittenFiles.write(
                    folder.resolve("generation_config.json"), LlamaConfigFile.writeGeneration(config.text()));
            WrittenFiles.write(folder.resolve("preprocessor_config.json"), write(eyes.processor()));
            WrittenFiles.copyTokenizer(tokenizer, folder);
            PictureToken.addTo(folder, eyes.imageId());
        } catch (IOException e) {
            throw new WeightException("the model can't be written to " + folder + ": " + e, e);
        }
    }

    private static ObjectNode write(MllamaConfig config, int imageId) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("architectures").add("MllamaForConditionalGeneration");
        json.put("model_type", "mllama");
        ObjectNode text = LlamaConfigFile.write(config.text());
        text.remove("architectures");
        text.put("model_type", "mllama_text_model");
        ArrayNode layers = text.putArray("cross_attention_layers");
        new TreeSet<>(config.crossAttentionLayers()).forEach(layers::add);
        json.set("text_config", text);
        json.set("vision_config", MllamaVisionFile.write(config.vision()));
        return json.put("image_token_index", imageId)
                .put("tie_word_embeddings", config.text().tieWordEmbeddings());
    }

    private static ObjectNode write(MllamaImageProcessor processor) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("image_processor_type", "MllamaImageProcessor")
                .put("do_convert_rgb", true)
                .put("do_resize", true)
                .put("do_rescale", true)
                .put("do_normalize", true)
                .put("do_pad", true);
        json.putObject("size").put("height", processor.tile()).put("width", processor.tile());
        json.put("resample", processor.resampling().ordinal())
                .put("rescale_factor", processor.levels().scale());
        processor.levels().mean().forEach(json.putArray("image_mean")::add);
        processor.levels().deviation().forEach(json.putArray("image_std")::add);
        return json.put("max_image_tiles", processor.maxTiles());
    }

    @Override
    public void close() {
        eyes.model().close();
    }
}
