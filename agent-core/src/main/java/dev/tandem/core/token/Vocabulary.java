package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens and ids of a tokenizer.json, added tokens included. */
final class Vocabulary {

    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Set<Integer> special = new HashSet<>();
    private final int size;

    Vocabulary(JsonNode json) {
        ids = ids(json);
        ids.forEach((token, id) -> tokens.put(id, token));
        json.path("added_tokens").forEach(token -> {
            tokens.put(token.path("id").asInt(), token.path("content").asText());
            if (token.path("special").asBoolean()) {
                special.add(token.path("id").asInt());
            }
        });
        size = tokens.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
    }

    /** Token to id: the model's vocabulary, which is an object (BPE) or a list of pieces with scores (Unigram), then added tokens. */
    static Map<String, Integer> ids(JsonNode json) {
        JsonNode vocabulary = json.path("model").path("vocab");
        Map<String, Integer> ids = new HashMap<>();
        if (vocabulary.isArray()) {
            for (int i = 0; i < vocabulary.size(); i++) {
                ids.put(vocabulary.path(i).path(0).asText(), i);
            }
        } else {
            vocabulary
                    .properties()
                    .forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
        }
        json.path("added_tokens")
                .forEach(token ->
                        ids.put(token.path("content").asText(), token.path("id").asInt()));
        return ids;
    }

    @Nullable
    Integer id(String token) {
        return ids.get(token);
    }

    @Nullable
    String token(int id) {
        return tokens.get(id);
    }

    boolean isSpecial(int id) {
        return special.contains(id);
    }

    Set<Integer> specialIds() {
        return special;
    }

    /** Number of tokens. */
    int count() {
        return ids.size();
    }

    /** One more than the largest id. */
    int size() {
        return size;
    }
}
