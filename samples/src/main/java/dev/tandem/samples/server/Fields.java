package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object of a request, read field by field. It remembers which were read, so that {@link #refuseOthers} can name what a client asked for and would not get;
 * null counts as not there, as with OpenAI.
 */
final class Fields {

    private final ObjectNode object;
    private final String path;
    private final Set<String> read = new HashSet<>();

    /**
     * Fields of an object.
     *
     * @param path where the object is, for messages; empty for the body
     */
    Fields(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    String name(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    @Nullable
    JsonNode get(String field) {
        read.add(field);
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String field) {
        JsonNode value = get(field);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrongType(field, "a string", value);
        }
        return Texts.clean(value.textValue());
    }

    @Nullable
    Double number(String field) {
        JsonNode value = get(field);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrongType(field, "a number", value);
        }
        return value.doubleValue();
    }

    @Nullable
    Long integer(String field) {
        JsonNode value = get(field);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrongType(field, "an integer", value);
        }
        return value.longValue();
    }

    /** An integer within bounds. */
    @Nullable
    Integer integer(String field, int least, int most) {
        Long value = integer(field);
        if (value != null && (value < least || value > most)) {
            throw ApiException.invalid(
                    name(field),
                    "invalid_value",
                    "'" + name(field) + "' lies from " + least + " to " + most + ", got " + value);
        }
        return value == null ? null : Math.toIntExact(value);
    }

    /** Whether something is wanted; not if it is not said. */
    boolean flag(String field) {
        JsonNode value = get(field);
        if (value != null && !value.isBoolean()) {
            throw wrongType(field, "true or false", value);
        }
        return value != null && value.booleanValue();
    }

    /** A list; empty where there is none. */
    List<JsonNode> list(String field) {
        JsonNode value = get(field);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ArrayNode array)) {
            throw wrongType(field, "an array", value);
        }
        return array.valueStream().toList();
    }

    @Nullable
    Fields object(String field) {
        JsonNode value = get(field);
        return value == null ? null : of(value, name(field));
    }

    static Fields of(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return new Fields(object, path);
        }
        throw ApiException.invalid(path, "invalid_type", "'" + path + "' must be an object, got " + kind(value));
    }

    /** These make no difference here; they may have any value. */
    void ignore(String... fields) {
        read.addAll(List.of(fields));
    }

    /** A parameter that only asks for what happens anyway: one of these values, as JSON writes them. */
    void neutral(String field, String... values) {
        JsonNode value = get(field);
        if (value != null && !List.of(values).contains(value.toString())) {
            throw ApiException.unsupported(
                    name(field),
                    "'" + name(field) + "' is not supported but as " + String.join(" or ", values)
                            + "; please leave it out");
        }
    }

    /** Refuses what was not read. */
    void refuseOthers() {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!read.contains(field.getKey()) && !field.getValue().isNull()) {
                String name = Texts.cut(Texts.clean(name(field.getKey())), 100);
                throw ApiException.unsupported(
                        name, "'" + name + "' is not supported by this server; please leave it out");
            }
        }
    }

    private ApiException wrongType(String field, String wanted, JsonNode got) {
        return ApiException.invalid(
                name(field), "invalid_type", "'" + name(field) + "' must be " + wanted + ", got " + kind(got));
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case BOOLEAN -> "a boolean";
            case STRING -> "a string";
            case NUMBER -> "the number " + Texts.cut(value.toString(), 30);
            default -> "null";
        };
    }
}
