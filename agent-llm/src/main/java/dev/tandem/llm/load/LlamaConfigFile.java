package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.RopeScaling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code config.json} of Llama and Qwen2 folders, in the spelling of transformers 4 ({@code rope_theta},
 * {@code rope_scaling}) and of transformers 5 ({@code rope_parameters}).
 */
public final class LlamaConfigFile {

    private static final long MAX_BYTES = 1 << 20;
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final ObjectMapper JSON = new ObjectMapper();

    private LlamaConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @param file {@code config.json}
     * @throws IllegalArgumentException if it can't be read, lacks a size, or asks for what is not supported; the message names the
     *     file and the field
     */
    public static LlamaConfig read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "there is no " + file + "; a language model's folder needs a config.json");
        }
        return Fields.read(file, LlamaConfigFile::parse);
    }

    /**
     * The configuration of a model folder. Instruction-tuned models name in {@code generation_config.json}, where there is one, tokens
     * that end a turn and that {@code config.json} may lack.
     */
    static LlamaConfig readFolder(Path folder) {
        return withGeneration(read(folder.resolve("config.json")), folder);
    }

    /** A configuration that also ends where {@code generation_config.json} of its folder says. */
    static LlamaConfig withGeneration(LlamaConfig config, Path folder) {
        Path generation = folder.resolve("generation_config.json");
        if (!Files.isRegularFile(generation)) {
            return config;
        }
        Set<Integer> ends = new LinkedHashSet<>(config.eosTokenIds());
        ends.addAll(Fields.read(generation, json -> Fields.tokens(json, "eos_token_id", List.of())));
        return config.withEosTokenIds(List.copyOf(ends));
    }

    /**
     * Reads a configuration from JSON.
     *
     * @throws IllegalArgumentException that names the field which does not fit
     */
    static LlamaConfig parse(@Nullable JsonNode json) {
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("a configuration is a JSON object");
        }
        String type = json.path("model_type").asText("");
        boolean qwen2 = type.equals("qwen2");
        if (!qwen2 && !type.equals("llama")) {
            throw new IllegalArgumentException("model_type '" + type + "' is not supported; use llama or qwen2");
        }
        return parse(json, type);
    }

    /** The text model of a configuration, whose type was checked. */
    static LlamaConfig parse(JsonNode json, String type) {
        boolean qwen2 = type.equals("qwen2");
        LlamaConfig.SlidingWindow window = slidingWindow(json, qwen2);
        refusePartialRotary(json);
        boolean bias = qwen2 || Fields.flag(json, "attention_bias", false);
        RopeFields rope = RopeFields.parse(json);
        return LlamaConfig.builder()
                .modelType(type)
                .vocabSize(size(json, "vocab_size"))
                .hiddenSize(size(json, "hidden_size"))
                .intermediateSize(size(json, "intermediate_size"))
                .hiddenLayers(size(json, "num_hidden_layers"))
                .attentionHeads(size(json, "num_attention_heads"))
                .keyValueHeads(json.hasNonNull("num_key_value_heads") ? size(json, "num_key_value_heads") : null)
                .headDim(json.hasNonNull("head_dim") ? size(json, "head_dim") : null)
                .hiddenAct(Activation.named(json.path("hidden_act").asText("silu")))
                .rmsNormEps(Fields.number(json, "rms_norm_eps", 1e-6))
                .ropeTheta(rope.theta())
                .ropeScaling(rope.scaling())
                .maxPositionEmbeddings(rope.maxPositions())
                .slidingWindow(window)
                .tieWordEmbeddings(Fields.flag(json, "tie_word_embeddings", false))
                .queryKeyValueBias(bias)
                .attentionOutputBias(!qwen2 && bias)
                .mlpBias(!qwen2 && Fields.flag(json, "mlp_bias", false))
                .initializerRange(Fields.number(json, "initializer_range", 0.02))
                .bosTokenId(Fields.token(json, "bos_token_id", qwen2 ? null : 1))
                .eosTokenIds(Fields.tokens(json, "eos_token_id", qwen2 ? List.of() : List.of(2)))
                .padTokenId(Fields.token(json, "pad_token_id", null))
                .build();
    }

    /** The configuration as transformers 4 writes it. */
    static ObjectNode write(LlamaConfig c) {
        boolean qwen2 = c.modelType().equals("qwen2");
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add(qwen2 ? "Qwen2ForCausalLM" : "LlamaForCausalLM");
        json.put("model_type", c.modelType());
        json.put("vocab_size", c.vocabSize());
        json.put("hidden_size", c.hiddenSize());
        json.put("intermediate_size", c.intermediateSize());
        json.put("num_hidden_layers", c.hiddenLayers());
        json.put("num_attention_heads", c.attentionHeads());
        json.put("num_key_value_heads", c.keyValueHeads());
        json.put("head_dim", c.headDim());
        json.put("hidden_act", c.hiddenAct().configName());
        json.put("rms_norm_eps", c.rmsNormEps());
        json.put("rope_theta", c.ropeTheta());
        json.set("rope_scaling", RopeFields.write(c.ropeScaling()));
        json.put("max_position_embeddings", c.maxPositionEmbeddings());
        if (c.ropeScaling() instanceof RopeScaling.LongRope rope) {
            json.put("original_max_position_embeddings", rope.originalMaxPositions());
        }
        LlamaConfig.SlidingWindow window = c.slidingWindow();
        if (window != null) {
            json.put("use_sliding_window", true).put("sliding_window", window.tokens());
            for (int i = 0; i < c.hiddenLayers(); i++) {
                json.withArray("layer_types").add(window.layers().contains(i) ? SLIDING : FULL);
            }
        }
        json.put("tie_word_embeddings", c.tieWordEmbeddings());
        if (!qwen2) {
            json.put("attention_bias", c.queryKeyValueBias());
            json.put("mlp_bias", c.mlpBias());
        }
        json.put("attention_dropout", 0.0);
        json.put("initializer_range", c.initializerRange());
        json.put("use_cache", true);
        putTokens(json, c);
        return json;
    }

    /** {@code generation_config.json} of a model: its special tokens. */
    static ObjectNode writeGeneration(LlamaConfig c) {
        ObjectNode json = JSON.createObjectNode();
        json.put("_from_model_config", true);
        putTokens(json, c);
        return json;
    }

    private static void putTokens(ObjectNode json, LlamaConfig c) {
        json.put("bos_token_id", c.bosTokenId());
        if (c.eosTokenIds().isEmpty()) {
            json.putNull("eos_token_id");
        } else if (c.eosTokenIds().size() == 1) {
            json.put("eos_token_id", c.eosTokenIds().get(0));
        } else {
            ArrayNode ends = json.putArray("eos_token_id");
            c.eosTokenIds().forEach(ends::add);
        }
        json.put("pad_token_id", c.padTokenId());
    }

    /** Qwen2's: layers from {@code max_window_layers} on, unless {@code layer_types} says of each what it is. */
    private static LlamaConfig.@Nullable SlidingWindow slidingWindow(JsonNode json, boolean qwen2) {
        boolean slides = Fields.flag(json, "use_sliding_window", false);
        JsonNode types = json.path("layer_types");
        Set<Integer> layers = new LinkedHashSet<>();
        for (int i = 0; i < types.size(); i++) {
            String type = types.path(i).asText();
            if (!type.equals(FULL) && !(type.equals(SLIDING) && slides)) {
                throw new IllegalArgumentException("layer_types asks for '" + type + "' in layer " + i
                        + "; use full_attention, or with use_sliding_window sliding_attention");
            }
            if (type.equals(SLIDING)) {
                layers.add(i);
            }
        }
        if (!slides) {
            return null;
        }
        if (!qwen2) {
            throw new IllegalArgumentException("use_sliding_window is true; only qwen2 has a sliding window");
        }
        if (!types.isArray()) {
            for (int i = Fields.size(json, "max_window_layers", 28); i < size(json, "num_hidden_layers"); i++) {
                layers.add(i);
            }
        }
        return layers.isEmpty()
                ? null
                : new LlamaConfig.SlidingWindow(Fields.size(json, "sliding_window", 4096), layers);
    }

    private static void refusePartialRotary(JsonNode json) {
        if (Fields.number(json, "partial_rotary_factor", 1) != 1) {
            throw new IllegalArgumentException("partial_rotary_factor is not 1; only whole heads are rotated");
        }
    }

    private static int size(JsonNode json, String name) {
        return Fields.size(json, name);
    }
}
