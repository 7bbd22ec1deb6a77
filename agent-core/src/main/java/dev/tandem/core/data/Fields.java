package dev.tandem.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Fields of a dialogue, with errors that name the turn and the field. */
final class Fields {

    private static final int MAX_TURNS = 10_000;

    private Fields() {}

    static JsonNode array(JsonNode node, String field) {
        JsonNode array = node.path(field);
        if (!array.isArray()) {
            throw new IllegalArgumentException("the field '" + field + "' is a list of turns, here it is "
                    + (array.isMissingNode() ? "missing" : array.getNodeType()));
        }
        if (array.size() > MAX_TURNS) {
            throw new IllegalArgumentException("a dialogue has at most " + MAX_TURNS + " turns, not " + array.size());
        }
        return array;
    }

    static String text(JsonNode node, String field, String where) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(where + ": the field '" + field + "' is text, here it is "
                    + (value.isMissingNode() ? "missing" : value.getNodeType()));
        }
        return value.asText().strip();
    }

    /** The same, where the field may be missing or null. */
    static String textOrEmpty(JsonNode node, String field, String where) {
        return node.hasNonNull(field) ? text(node, field, where) : "";
    }

    /** A text, or the first of a list of texts; empty otherwise. */
    static String firstText(JsonNode value) {
        JsonNode first = value.isArray() ? value.path(0) : value;
        return first.isTextual() ? first.asText().strip() : "";
    }

    static List<String> some(String text) {
        return text.isEmpty() ? List.of() : List.of(text);
    }

    /** 0 for the first of the speakers, 1 for all others. */
    static int side(Map<String, Integer> speakers, String speaker) {
        return speakers.computeIfAbsent(speaker, name -> Math.min(1, speakers.size()));
    }
}
