package dev.tandem.llm.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tandem.core.config.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads single values of a {@code config.json}, saying which field is wrong. */
final class Fields {

    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_SHOWN = 200;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Fields() {}

    /** A whole number of at least 1 that must be there. */
    static int size(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw new IllegalArgumentException(name + " must be a whole number of at least 1, got " + shown(value));
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
            throw new IllegalArgumentException(name + " must be a token id, got " + shown(value));
        }
        return value.intValue();
    }

    private static double toNumber(JsonNode value, String name) {
        if (!value.isNumber()) {
            throw new IllegalArgumentException(name + " must be a number, got " + shown(value));
        }
        return value.asDouble();
    }

    /** A whole number of at least 1, or {@code otherwise} where there is none. */
    static int size(JsonNode json, String name, int otherwise) {
        return json.hasNonNull(name) ? size(json, name) : otherwise;
    }

    static boolean flag(JsonNode json, String name, boolean otherwise) {
        JsonNode value = json.path(name);
        if (!value.isBoolean() && !value.isNull() && !value.isMissingNode()) {
            throw new IllegalArgumentException(name + " must be true or false, got " + shown(value));
        }
        return value.asBoolean(otherwise);
    }

    /** A token id; null for none, as {@code otherwise} is where the field is missing. */
    static @Nullable Integer token(JsonNode json, String name, @Nullable Integer otherwise) {
        JsonNode value = json.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (value.isNull() || value.isInt() && value.intValue() < 0) {
            return null;
        }
        return id(value, name);
    }

    /** Token ids, of a list or a single one. */
    static List<Integer> tokens(JsonNode json, String name, List<Integer> otherwise) {
        JsonNode value = json.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        List<Integer> ids = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(id -> ids.add(id(id, name)));
        } else if (!value.isNull()) {
            ids.add(id(value, name));
        }
        return ids;
    }

    /** Reads a configuration; every error names the file. */
    static <T> T read(Path file, Function<JsonNode, T> parse) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "there is no " + file + "; a language model's folder needs a config.json");
        }
        try {
            JsonNode json = json(file);
            if (!json.isObject()) {
                throw new IllegalArgumentException("a configuration is a JSON object");
            }
            return parse.apply(json);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(OneLine.of(file + ": " + e.getMessage()), e);
        }
    }

    /** A value for a message, cut where it is long. */
    static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    private static JsonNode json(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "it has " + Files.size(file) + " bytes; a configuration has at most " + MAX_BYTES);
            }
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it can't be read: " + e.getMessage(), e);
        }
    }

    /** A list of whole numbers, or {@code otherwise} where there is none. */
    static List<Integer> integers(JsonNode json, String name, List<Integer> otherwise) {
        JsonNode value = json.path(name);
        if (!json.hasNonNull(name)) {
            return otherwise;
        }
        List<Integer> list = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isInt()) {
                throw new IllegalArgumentException(name + " must be a list of whole numbers, got " + shown(value));
            }
            list.add(each.intValue());
        }
        return list;
    }

    /** A list of numbers that must be there. */
    static List<Double> numbers(JsonNode json, String name) {
        if (!json.hasNonNull(name)) {
            throw new IllegalArgumentException(name + " is missing");
        }
        if (!json.path(name).isArray()) {
            throw new IllegalArgumentException(name + " must be a list of numbers, got " + json.path(name));
        }
        List<Double> list = new ArrayList<>();
        json.path(name).forEach(each -> list.add(toNumber(each, name)));
        return list;
    }
}
