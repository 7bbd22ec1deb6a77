package dev.tandem.diffusion.load;

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
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Reads the fields of a configuration, saying which one is wrong. */
final class Fields {

    /** Python writes infinities as bare words. */
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_SHOWN = 200;

    private final JsonNode json;

    Fields(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("a configuration is a JSON object");
        }
        this.json = json;
    }

    /** Reads a file of fields; every error names the file. */
    static <T> T read(Path file, Function<Fields, T> parse) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(
                        "there is no such file; a model folder in the layout of diffusers has one");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "it has " + Files.size(file) + " bytes; a configuration has at most " + MAX_BYTES);
            }
            return parse.apply(new Fields(JSON.readTree(Files.readAllBytes(file))));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(OneLine.of(file + ": this is no JSON: " + e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " can't be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(OneLine.of(file + ": " + e.getMessage()), e);
        }
    }

    /** Fields of a JSON text. */
    static Fields parse(String json) {
        try {
            return new Fields(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The fields of an object in this one; none where it is missing. */
    Fields child(String name) {
        return new Fields(has(name) ? json.get(name) : JSON.createObjectNode());
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    /** Whether the field is there and says null. */
    boolean isNull(String name) {
        return json.path(name).isNull();
    }

    /** A whole number of at least 1. */
    int size(String name, int otherwise) {
        return has(name) ? size(json.get(name), name) : otherwise;
    }

    int integer(String name, int otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = json.get(name);
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            throw new IllegalArgumentException(name + " must be a whole number, got " + shown(value));
        }
        return value.intValue();
    }

    double number(String name, double otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = json.get(name);
        if (value.isTextual() && value.textValue().matches("-?Infinity")) {
            return Double.parseDouble(value.textValue()); // as some writers quote it
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException(name + " must be a number, got " + shown(value));
        }
        return value.asDouble();
    }

    boolean flag(String name, boolean otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = json.get(name);
        if (!value.isBoolean()) {
            throw new IllegalArgumentException(name + " must be true or false, got " + shown(value));
        }
        return value.booleanValue();
    }

    String text(String name, String otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = json.get(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + " must be a string, got " + shown(value));
        }
        return value.textValue();
    }

    List<String> texts(String name, List<String> otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        List<String> list = new ArrayList<>();
        for (JsonNode value : list(name)) {
            list.add(value.asText());
        }
        return list;
    }

    /** A list of sizes. */
    List<Integer> sizes(String name, List<Integer> otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        List<Integer> list = new ArrayList<>();
        for (JsonNode value : list(name)) {
            list.add(size(value, name));
        }
        if (list.isEmpty()) {
            throw new IllegalArgumentException(name + " is an empty list");
        }
        return list;
    }

    /** A list of whole numbers. */
    List<Integer> integers(String name, List<Integer> otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        List<Integer> list = new ArrayList<>();
        for (JsonNode value : list(name)) {
            if (!value.isInt()) {
                throw new IllegalArgumentException(
                        name + " must be a list of whole numbers, got " + shown(json.get(name)));
            }
            list.add(value.intValue());
        }
        return list;
    }

    /** One size for each of n blocks; a single number stands for all. */
    List<Integer> sizes(String name, int otherwise, int n) {
        if (!has(name) || json.get(name).isInt()) {
            return Collections.nCopies(n, size(name, otherwise));
        }
        return each(name, sizes(name, List.of()), n);
    }

    /** One flag for each of n blocks; a single one stands for all. */
    List<Boolean> flags(String name, boolean otherwise, int n) {
        if (!has(name) || json.get(name).isBoolean()) {
            return Collections.nCopies(n, flag(name, otherwise));
        }
        List<Boolean> list = new ArrayList<>();
        for (JsonNode value : list(name)) {
            list.add(value.asBoolean());
        }
        return each(name, list, n);
    }

    /** Numbers; empty where there are none. */
    List<Double> numbers(String name) {
        List<Double> list = new ArrayList<>();
        if (has(name)) {
            for (JsonNode value : list(name)) {
                list.add(value.asDouble());
            }
        }
        return list;
    }

    /** Refuses a field that has another value than the one that is supported. */
    void require(String name, Object supported) {
        JsonNode value = json.get(name);
        boolean absent = value == null || value.isNull();
        if (!absent && !value.asText().equals(String.valueOf(supported))) {
            throw new IllegalArgumentException(name + " is " + shown(value) + "; only " + supported + " is supported");
        }
    }

    /** Refuses a field that is set at all. */
    void refuse(String name) {
        JsonNode value = json.get(name);
        boolean set = value != null && !value.isNull() && !(value.isBoolean() && !value.booleanValue());
        if (set) {
            throw new IllegalArgumentException(name + " is " + shown(value) + ", which is not supported");
        }
    }

    /** A value for a message, cut where it is long. */
    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    private JsonNode list(String name) {
        JsonNode value = json.get(name);
        if (!value.isArray()) {
            throw new IllegalArgumentException(name + " must be a list, got " + shown(value));
        }
        return value;
    }

    private static <T> List<T> each(String name, List<T> list, int n) {
        if (list.size() != n) {
            throw new IllegalArgumentException(name + " has " + list.size() + " values for " + n + " blocks");
        }
        return list;
    }

    private static int size(JsonNode value, String name) {
        if (!value.isInt() || value.intValue() < 1) {
            throw new IllegalArgumentException(name + " must be a whole number of at least 1, got " + shown(value));
        }
        return value.intValue();
    }
}
