package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of a tokenizer's folder as one tokenizer.json, put together as transformers' PreTrainedTokenizerFast does: tokenizer.json
 * itself (or the older files that {@link TokenizerFiles} knows), the added tokens of tokenizer_config.json, and every special token that is named there.
 *
 * @param json what the library reads, without settings for cutting and padding
 * @param config tokenizer_config.json; empty where there is none
 * @param specialTokens role ({@code bos_token}, {@code pad_token}, …) to the token's text
 */
record TokenizerJson(ObjectNode json, JsonNode config, Map<String, String> specialTokens) {

    private static final String CONTENT = "content";
    private static final String DECODER = "added_tokens_decoder";
    private static final String ADDITIONAL = "additional_special_tokens";
    private static final String[] ROLES = {
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"
    };

    static TokenizerJson read(ModelFolder folder) {
        ObjectNode config = optional(folder, "tokenizer_config.json");
        boolean modern = config.has(DECODER);
        // transformers reads the old files only where the newer table is absent, and then they win
        ObjectNode named = config.deepCopy();
        named.setAll(modern ? JsonNodeFactory.instance.objectNode() : optional(folder, "special_tokens_map.json"));
        TokenizerClass kind = TokenizerClass.of(folder, config);
        Map<String, String> roles = kind.specialTokens();
        putRoles(roles, named);
        TokenizerFiles files = new TokenizerFiles(folder, kind, config);
        ObjectNode json = files.read(roles);
        Map<Integer, JsonNode> tokens = new TreeMap<>();
        if (modern) {
            config.path(DECODER).properties().forEach(entry -> tokens.put(number(entry.getKey()), entry.getValue()));
        } else {
            Set<String> specials = specials(named, roles);
            optional(folder, "added_tokens.json")
                    .properties()
                    .forEach(entry -> tokens.put(
                            entry.getValue().asInt(),
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put(CONTENT, entry.getKey())
                                    .put("special", specials.contains(entry.getKey()))));
            if (folder.file("tokenizer.json").isPresent()) {
                json.path(AddedTokens.FIELD)
                        .forEach(token -> tokens.put(token.path("id").asInt(), token.deepCopy()));
            }
        }
        return complete(json, config, files.withOwnTokens(named), roles, tokens, files, folder.toString());
    }

    /** A tokenizer that was put together from something else than these files: what tokenizer.json and tokenizer_config.json would say. */
    static TokenizerJson of(ObjectNode json, ObjectNode config, String name) {
        Map<String, String> roles = new LinkedHashMap<>();
        putRoles(roles, config);
        return complete(json, config, config, roles, Map.of(), null, name);
    }

    /** A role that is named as null has no token. */
    private static void putRoles(Map<String, String> roles, JsonNode named) {
        for (String role : ROLES) {
            String text = text(named.path(role));
            if (text != null) {
                roles.put(role, text);
            } else if (named.has(role)) {
                roles.remove(role);
            }
        }
    }

    private static TokenizerJson complete(
            ObjectNode json,
            JsonNode config,
            JsonNode named,
            Map<String, String> roles,
            Map<Integer, JsonNode> tokens,
            @Nullable TokenizerFiles files,
            String name) {
        PrecompiledMap.check(json.path("normalizer"), name);
        TemplateTokens.check(json.path("post_processor"), name);
        json.putNull("truncation");
        json.putNull("padding");
        AddedTokens added = new AddedTokens(json);
        added.addAll(tokens.values(), specials(named, roles));
        for (String role : ROLES) {
            String content = roles.get(role);
            if (content != null) {
                added.addMissing(content, named.path(role));
            }
        }
        named.path(ADDITIONAL).forEach(token -> {
            String content = text(token);
            if (content != null) {
                added.addMissing(content, token);
            }
        });
        if (files != null) {
            files.finish(json, roles);
        }
        return new TokenizerJson(json, config, roles);
    }

    private static Set<String> specials(JsonNode named, Map<String, String> roles) {
        Set<String> specials = new HashSet<>(roles.values());
        named.path(ADDITIONAL).forEach(token -> {
            String content = text(token);
            if (content != null) {
                specials.add(content);
            }
        });
        return specials;
    }

    private static int number(String id) {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw new WeightException(
                    "tokenizer_config.json is damaged: " + DECODER + " has the id '" + id + "', which is no number", e);
        }
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
            ArrayNode rest = copy.putArray(AddedTokens.FIELD);
            json.path(AddedTokens.FIELD).forEach(token -> {
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
