package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.llm.model.Gpt2Config;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads {@code config.json} of GPT-2 folders. {@code scale_attn_weights}, {@code scale_attn_by_inverse_layer_idx} and
 * {@code reorder_and_upcast_attn} change nothing, as they don't in the attention that transformers uses unless told otherwise.
 */
public final class Gpt2ConfigFile {

    private Gpt2ConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @param file {@code config.json}
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names the file and the field
     */
    public static Gpt2Config read(Path file) {
        return Fields.read(file, Gpt2ConfigFile::parse);
    }

    static Gpt2Config parse(JsonNode json) {
        String type = json.path("model_type").asText("gpt2");
        if (!type.equals("gpt2")) {
            throw new IllegalArgumentException("model_type is '" + type + "'; this reads gpt2");
        }
        if (Fields.flag(json, "add_cross_attention", false)) {
            throw new IllegalArgumentException("add_cross_attention is true; only decoders without it are supported");
        }
        int width = Fields.size(json, "n_embd", 768);
        return new Gpt2Config(
                Fields.size(json, "vocab_size", 50_257),
                Fields.size(json, "n_positions", 1024),
                width,
                Fields.size(json, "n_layer", 12),
                Fields.size(json, "n_head", 12),
                Fields.size(json, "n_inner", Math.multiplyExact(4, width)),
                Activation.named(json.path("activation_function").asText("gelu_new")),
                Fields.number(json, "layer_norm_epsilon", 1e-5),
                Fields.flag(json, "tie_word_embeddings", true),
                Fields.number(json, "initializer_range", 0.02),
                Fields.token(json, "bos_token_id", 50_256),
                Fields.tokens(json, "eos_token_id", List.of(50_256)));
    }
}
