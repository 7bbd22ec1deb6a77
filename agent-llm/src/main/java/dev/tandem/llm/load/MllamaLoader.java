package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.MllamaImageProcessor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Loads an {@link Mllama} from a folder in the layout of transformers. */
public final class MllamaLoader {

    /** Rows of the embedding table beyond the vocabulary; the first is the picture's. */
    private static final String TOKENS = "language_model.model.embed_tokens";

    private static final String HEAD = "language_model.lm_head";
    static final int EXTRA_TOKENS = 8;

    /** Key of the table without the rows of {@link #EXTRA}, or with them. */
    static final String TABLE = TOKENS + ".weight";

    /** Key of the rows beyond the vocabulary where they are trained apart; no file has it. */
    static final String EXTRA = TOKENS + ".extra";

    private static final Init NORMAL = Init.normal(0.02);

    /** What becomes of the table's rows beyond the vocabulary. */
    private enum Extra {
        /** A tied head has them too, as in transformers. */
        IN_HEAD,
        /** The head knows the vocabulary only. */
        BESIDE_HEAD,
        /** As before; and they have a key of their own, so that they can be trained alone. */
        APART
    }

    private final MllamaConfig config;
    private final Extra extra;

    private MllamaLoader(MllamaConfig config, Extra extra) {
        this.config = config;
        this.extra = extra;
    }

    /**
     * Loads a model folder: {@code config.json}, {@code generation_config.json} where there is one, and {@code model.safetensors}, whole or in
     * shards.
     *
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static Mllama load(TensorEngine engine, Path folder) {
        return load(engine, folder, Extra.IN_HEAD);
    }

    /**
     * Loads a model folder like {@link #load(TensorEngine, Path)}, with a head that writes tokens of the vocabulary only, so that without pictures
     * the model computes what the Llama in it does.
     *
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static Mllama loadSpeaking(TensorEngine engine, Path folder) {
        return load(engine, folder, Extra.BESIDE_HEAD);
    }

    private static Mllama load(TensorEngine engine, Path folder, Extra extra) {
        return build(
                engine,
                config(folder),
                LoraAdapter.mergedBeside(
                        engine, folder, ModelFolder.of(folder).weights(engine).packing()),
                extra);
    }

    /** Builds a model whose tied head has all rows of the table: a part of them would be a copy, which is not trained. */
    static Mllama buildWhole(TensorEngine engine, MllamaConfig config, WeightSource weights) {
        return build(engine, config, weights, Extra.IN_HEAD);
    }

    /** Builds a model whose rows for pictures' tokens have a key of their own, {@link #EXTRA}. */
    static Mllama buildApart(TensorEngine engine, MllamaConfig config, WeightSource weights) {
        return build(engine, config, weights, Extra.APART);
    }

    /**
     * The configuration of a model folder, with the ends of text that its {@code generation_config.json} adds.
     *
     * @throws WeightException if it is missing or does not fit
     */
    static MllamaConfig config(Path folder) {
        try {
            MllamaConfig read = Fields.read(folder.resolve("config.json"), MllamaLoader::parse);
            return new MllamaConfig(
                    LlamaConfigFile.withGeneration(read.text(), folder), read.crossAttentionLayers(), read.vision());
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Mllama build(TensorEngine engine, MllamaConfig config, WeightSource weights, Extra extra) {
        Scope scope = engine.scope();
        try {
            return new Mllama(engine, config, new MllamaLoader(config, extra).read(weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    /** Whether a folder's {@code config.json} is that of a Llama-Vision; false if there is none that can be read. */
    public static boolean isIn(Path folder) {
        try {
            return Fields.read(
                    folder.resolve("config.json"),
                    json -> json.path("model_type").asText().equals("mllama"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * A model with what its folder says of pictures: {@code preprocessor_config.json} and the picture's token.
     *
     * @throws WeightException if something is missing or does not fit the model
     */
    public static SeenPictures eyes(Mllama model, LlmTokenizer tokenizer, Path path) {
        ModelFolder folder = ModelFolder.of(path);
        MllamaImageProcessor processor = MllamaImageProcessor.read(folder);
        requireFit(folder, processor, model.config().vision());
        int rows = model.config().text().vocabSize() + EXTRA_TOKENS;
        int id = tokenizer
                .idOf(PictureToken.TEXT)
                .orElseThrow(() -> new WeightException(
                        "the tokenizer in " + path + " has no " + PictureToken.TEXT + ", the place of a picture"));
        if (id >= rows || tokenizer.vocabularySize() > rows) {
            throw new WeightException(path + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " tokens, the table of vectors only " + rows
                    + " rows; tokenizer and weights belong to different models");
        }
        return new SeenPictures(model, processor, id);
    }

    private static void requireFit(ModelFolder folder, MllamaImageProcessor processor, MllamaConfig.Vision vision) {
        int layouts = processor.layouts().size();
        if (processor.tile() != vision.imageSize()
                || processor.maxTiles() != vision.maxTiles()
                || layouts != vision.aspectRatios()) {
            throw new WeightException(String.format(
                    "%s/preprocessor_config.json makes at most %d tiles of %d pixels in %d layouts, but the model in config.json takes %d of %d in %d",
                    folder,
                    processor.maxTiles(),
                    processor.tile(),
                    layouts,
                    vision.maxTiles(),
                    vision.imageSize(),
                    vision.aspectRatios()));
        }
    }

    static MllamaConfig parse(JsonNode json) {
        String type = json.path("model_type").asText();
        if (!type.equals("mllama")) {
            throw new IllegalArgumentException("model_type is '" + type + "'; this reads mllama");
        }
        JsonNode text = withDefaults(json.path("text_config"));
        JsonNode vision = json.path("vision_config");
        List<Integer> looking = Fields.integers(text, "cross_attention_layers", List.of(3, 8, 13, 18, 23, 28, 33, 38));
        Set<Integer> layers = new HashSet<>(looking);
        return new MllamaConfig(LlamaConfigFile.parse(text, "llama"), layers, MllamaVisionFile.parse(vision));
    }

    /** What transformers leaves out of a file because its {@code MllamaTextConfig} has it by default, where Llama's differs. */
    private static JsonNode withDefaults(JsonNode text) {
        ObjectNode full = JsonNodeFactory.instance.objectNode();
        full.put("vocab_size", 128_256)
                .put("hidden_size", 4096)
                .put("intermediate_size", 14_336)
                .put("num_hidden_layers", 40)
                .put("num_attention_heads", 32)
                .put("num_key_value_heads", 8)
                .put("rope_theta", 500_000.0)
                .put("rms_norm_eps", 1e-5)
                .put("max_position_embeddings", 131_072)
                .put("bos_token_id", 128_000)
                .put("eos_token_id", 128_001)
                .put("pad_token_id", 128_004);
        text.properties().forEach(field -> full.set(field.getKey(), field.getValue()));
        return full;
    }

    private Mllama.Weights read(WeightSource weights) {
        LlamaConfig text = config.text();
        long width = text.hiddenSize();
        WeightSource model = weights.at("language_model.model");
        List<Mllama.Layer> layers = new ArrayList<>();
        for (int i = 0; i < text.hiddenLayers(); i++) {
            WeightSource layer = model.at("layers." + i);
            layers.add(
                    config.crossAttentionLayers().contains(i)
                            ? looking(layer)
                            : new Mllama.TextLayer(LlamaLoader.layer(text, layer, NORMAL)));
        }
        Embedding.Tied ends = ends(weights);
        return new Mllama.Weights(
                MllamaVisionFile.load(config.vision(), weights.at("vision_model")),
                Linear.load(weights, "multi_modal_projector", config.vision().outputWidth(), width, true, NORMAL),
                ends.table(),
                extra == Extra.APART ? weights.get(EXTRA, NORMAL, EXTRA_TOKENS, width) : null,
                layers,
                RmsNorm.load(model, "norm", width, text.rmsNormEps()),
                ends.head());
    }

    private Embedding.Tied ends(WeightSource weights) {
        LlamaConfig text = config.text();
        long width = text.hiddenSize();
        long rows = text.vocabSize() + (extra == Extra.APART ? 0 : (long) EXTRA_TOKENS);
        if (text.tieWordEmbeddings()) {
            long spoken = extra == Extra.IN_HEAD ? rows : text.vocabSize();
            return Embedding.loadTied(weights, TOKENS, HEAD, rows, width, spoken, NORMAL);
        }
        return new Embedding.Tied(
                Embedding.load(weights, TOKENS, rows, width, NORMAL),
                Linear.load(weights, HEAD, width, text.vocabSize(), false, NORMAL));
    }

    private Mllama.LookingLayer looking(WeightSource weights) {
        LlamaConfig c = config.text();
        long width = c.hiddenSize();
        long queries = (long) c.attentionHeads() * c.headDim();
        long keys = (long) c.keyValueHeads() * c.headDim();
        long inner = c.intermediateSize();
        Llama.Layer layer = new Llama.Layer(
                RmsNorm.load(weights, "input_layernorm", width, c.rmsNormEps()),
                Linear.load(weights, "cross_attn.q_proj", width, queries, false, NORMAL),
                Linear.load(weights, "cross_attn.k_proj", width, keys, false, NORMAL),
                Linear.load(weights, "cross_attn.v_proj", width, keys, false, NORMAL),
                Linear.load(weights, "cross_attn.o_proj", queries, width, false, NORMAL),
                RmsNorm.load(weights, "post_attention_layernorm", width, c.rmsNormEps()),
                Linear.load(weights, "mlp.gate_proj", width, inner, false, NORMAL),
                Linear.load(weights, "mlp.up_proj", width, inner, false, NORMAL),
                Linear.load(weights, "mlp.down_proj", inner, width, false, NORMAL));
        return new Mllama.LookingLayer(
                layer,
                RmsNorm.load(weights, "cross_attn.q_norm", c.headDim(), c.rmsNormEps()),
                RmsNorm.load(weights, "cross_attn.k_norm", c.headDim(), c.rmsNormEps()),
                weights.get("cross_attn_attn_gate", Init.zeros(), 1),
                weights.get("cross_attn_mlp_gate", Init.zeros(), 1));
    }
}
