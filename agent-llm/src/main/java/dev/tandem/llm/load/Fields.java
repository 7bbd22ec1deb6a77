package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads single values of a {@code config.json}, saying which field is wrong. */
final class Fields {

    private Fields() {}

    /** A whole number of at least 1 that must be there. */
    static int size(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw new IllegalArgumentException(name + " must be a whole number of at least 1, got " + value);
        }
        return value.intValue();
    }

    /** A number, or {@code otherwise} where there is none. */
    static double number(JsonNode json, String name, double otherwise) {
        JsonNode value = json.path(name);
        return value.isMissingNode() || value.isNull() ? otherwise : toNumber(value, name);
    }

    /** A number that must be there. */
    static double number(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return toNumber(value, name);
    }

    /** A token id. */
    static int id(JsonNode value, String name) {
        if (!value.isInt() || value.intValue() < 0) {
            throw new IllegalArgumentException(name + " must be a token id, got " + value);
        }
        return value.intValue();
    }

    private static double toNumber(JsonNode value, String name) {
        if (!value.isNumber()) {
            throw new IllegalArgumentException(name + " must be a number, got " + value);
        }
        return value.asDouble();
    }
}
