package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a tokenizer's folder as one tokenizer.json, put together as transformers' PreTrainedTokenizerFast does: tokenizer.json
 * itself (or CLIP's vocab.json and merges.txt), the added tokens of tokenizer_config.json, and every special token that is named there.
 *
 * @param json what the library reads, without settings for cutting and padding
 * @param config tokenizer_config.json; empty where there is none
 * @param specialTokens role ({@code bos_token}, {@code pad_token}, …) to the token's text
 */
record TokenizerJson(ObjectNode json, JsonNode config, Map<String, String> specialTokens) {

    private static final String CONTENT = "content";
    private static final String ADDED = "added_tokens";
    private static final String DECODER = "added_tokens_decoder";
    private static final String ADDITIONAL = "additional_special_tokens";
    private static final String[] ROLES = {
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"
    };

    static TokenizerJson read(ModelFolder folder) {
        ObjectNode config = optional(folder, "tokenizer_config.json");
        // transformers reads the old file only where the newer table is absent, and then it wins
        ObjectNode old = config.has(DECODER)
                ? JsonNodeFactory.instance.objectNode()
                : optional(folder, "special_tokens_map.json");
        ObjectNode named = config.deepCopy();
        named.setAll(old);
        Map<String, String> roles = new LinkedHashMap<>();
        for (String role : ROLES) {
            String text = text(named.path(role));
            if (text != null) {
                roles.put(role, text);
            }
        }
        ObjectNode json;
        if (folder.file("tokenizer.json").isPresent()) {
            json = (ObjectNode) folder.json("tokenizer.json");
        } else if (folder.file("vocab.json").isPresent()
                && folder.file("merges.txt").isPresent()) {
            json = ClipFiles.tokenizer(folder, roles);
        } else {
            throw new WeightException("there is no tokenizer in " + folder
                    + ": it needs tokenizer.json, or vocab.json and merges.txt of a CLIP tokenizer"
                    + " (in Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder) writes it)");
        }
        return complete(json, config, named, roles);
    }

    /** A tokenizer that was put together from something else than these files: what tokenizer.json and tokenizer_config.json would say. */
    static TokenizerJson of(ObjectNode json, ObjectNode config) {
        Map<String, String> roles = new LinkedHashMap<>();
        for (String role : ROLES) {
            String text = text(config.path(role));
            if (text != null) {
                roles.put(role, text);
            }
        }
        return complete(json, config, config, roles);
    }

    private static TokenizerJson complete(
            ObjectNode json, ObjectNode config, JsonNode named, Map<String, String> roles) {
        json.putNull("truncation");
        json.putNull("padding");
        addTokens(json, config, named, roles);
        return new TokenizerJson(json, config, roles);
    }

    private static void addTokens(ObjectNode json, JsonNode config, JsonNode named, Map<String, String> roles) {
        ArrayNode added = json.get(ADDED) instanceof ArrayNode array ? array : json.putArray(ADDED);
        Map<String, JsonNode> known = new LinkedHashMap<>();
        added.forEach(token -> known.put(token.path(CONTENT).asText(), token));
        config.path(DECODER).properties().forEach(entry -> {
            String content = entry.getValue().path(CONTENT).asText();
            if (!known.containsKey(content)) {
                add(json, added, known, content, entry.getValue());
            }
        });
        for (String role : ROLES) {
            String content = roles.get(role);
            if (content != null && !known.containsKey(content)) {
                add(json, added, known, content, named.path(role));
            }
        }
        named.path(ADDITIONAL).forEach(token -> {
            String content = text(token);
            if (content != null && !known.containsKey(content)) {
                add(json, added, known, content, token);
            }
        });
    }

    /** Adds a special token with the id that the vocabulary gives it, else the next free one. */
    private static void add(
            ObjectNode json, ArrayNode added, Map<String, JsonNode> known, String content, JsonNode options) {
        Map<String, Integer> vocabulary = Vocabulary.ids(json);
        Integer id = vocabulary.get(content);
        ObjectNode token = added.addObject()
                .put(
                        "id",
                        id != null
                                ? id
                                : vocabulary.values().stream()
                                        .mapToInt(i -> i + 1)
                                        .max()
                                        .orElse(0))
                .put(CONTENT, content)
                .put("special", options.path("special").asBoolean(true))
                .put("normalized", options.path("normalized").asBoolean(false));
        for (String option : new String[] {"single_word", "lstrip", "rstrip"}) {
            token.put(option, options.path(option).asBoolean(false));
        }
        known.put(content, token);
    }

    /** The text for the library, cutting as told. */
    String with(@Nullable Truncation truncation, boolean specialTokens) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll(json);
        if (truncation != null) {
            copy.putObject("truncation")
                    .put("direction", truncation.side() == Side.LEFT ? "Left" : "Right")
                    .put("max_length", truncation.maxLength())
                    .put(
                            "strategy",
                            switch (truncation.order()) {
                                case LONGEST_FIRST -> "LongestFirst";
                                case ONLY_FIRST -> "OnlyFirst";
                                case ONLY_SECOND -> "OnlySecond";
                            })
                    .put("stride", 0);
        }
        if (!specialTokens) {
            ArrayNode rest = copy.putArray(ADDED);
            json.path(ADDED).forEach(token -> {
                if (!token.path("special").asBoolean()) {
                    rest.add(token);
                }
            });
        }
        return copy.toString();
    }

    private static ObjectNode optional(ModelFolder folder, String file) {
        return folder.file(file).isPresent() ? (ObjectNode) folder.json(file) : JsonNodeFactory.instance.objectNode();
    }

    /** A special token is its text, or an object with it. */
    private static @Nullable String text(JsonNode token) {
        JsonNode content = token.isObject() ? token.path(CONTENT) : token;
        return content.isTextual() ? content.asText() : null;
    }
}
