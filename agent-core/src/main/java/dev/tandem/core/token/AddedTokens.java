package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The added tokens of a tokenizer.json, to which the tokens that other files name are added as PreTrainedTokenizerFast does: a token that is
 * there keeps its id and takes the new flags.
 */
final class AddedTokens {

    static final String FIELD = "added_tokens";
    private static final String CONTENT = "content";

    private final ArrayNode list;
    private final Map<String, ObjectNode> known = new LinkedHashMap<>();
    private final Map<String, Integer> vocabulary;
    private final int ownTokens;

    AddedTokens(ObjectNode json) {
        list = json.get(FIELD) instanceof ArrayNode array ? array : json.putArray(FIELD);
        list.forEach(token -> {
            if (token instanceof ObjectNode object) {
                known.put(token.path(CONTENT).asText(), object);
            }
        });
        vocabulary = new HashMap<>(Vocabulary.ids(json));
        JsonNode model = json.path("model").path("vocab");
        ownTokens = model.isArray() ? model.size() : model.properties().size();
    }

    /** Tokens with their flags, by the ids that other files give them; {@code specials} are special whatever their flags say. */
    void addAll(Collection<JsonNode> tokens, Set<String> specials) {
        for (JsonNode token : tokens) {
            String content = token.path(CONTENT).asText();
            add(content, token, token.path("special").asBoolean(false) || specials.contains(content));
        }
    }

    /** A special token that may be there already, which then stays as it is. */
    void addMissing(String content, JsonNode flags) {
        if (!known.containsKey(content)) {
            add(content, flags, true);
        }
    }

    private void add(String content, JsonNode flags, boolean special) {
        if (content.isEmpty()) {
            return;
        }
        ObjectNode token = known.get(content);
        if (token == null) {
            Integer id = vocabulary.get(content);
            token = list.addObject().put("id", id != null ? id : nextId());
            known.put(content, token);
            vocabulary.put(content, token.path("id").asInt());
        }
        // the library forgets no special token
        boolean stays = special || token.path("special").asBoolean(false);
        token.put(CONTENT, content)
                .put("special", stays)
                .put("normalized", flags.path("normalized").asBoolean(!special));
        for (String flag : new String[] {"single_word", "lstrip", "rstrip"}) {
            token.put(flag, flags.path(flag).asBoolean(false));
        }
    }

    private int nextId() {
        int largest = -1;
        for (ObjectNode token : known.values()) {
            largest = Math.max(largest, token.path("id").asInt());
        }
        return Math.max(largest + 1, ownTokens);
    }
}
