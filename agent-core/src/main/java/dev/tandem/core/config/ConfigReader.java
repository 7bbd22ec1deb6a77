package dev.tandem.core.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Collectors;

/**
 * Reads configuration files: JSON with comments and trailing commas, names with underscores. Whatever a file says wrong is
 * refused with one sentence that names the file, the field and what would be right.
 */
public final class ConfigReader {

    private static final long MAX_BYTES = 1 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private ConfigReader() {}

    /** The mapper behind it, for writing a configuration back in the same form. Not to be reconfigured. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads a file as a record (or builder, or sealed type) of settings.
     *
     * @throws IllegalArgumentException if the file cannot be read, is no JSON, holds an unknown field or a value that the settings
     *     refuse
     */
    public static <T> T read(Path file, Class<T> type) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + ": a configuration has at most " + MAX_BYTES
                        + " bytes, this file has " + Files.size(file));
            }
            return parse(Files.readString(file), file.toString(), type);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no configuration file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #read}, from text; {@code where} names its source in messages. */
    public static <T> T parse(String json, String where, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new IllegalArgumentException(where + ": null is no configuration");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw refused(where + ": " + unknown(e) + at(e), e);
        } catch (InvalidTypeIdException e) {
            throw refused(where + ": " + kind(e) + at(e), e);
        } catch (ValueInstantiationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw refused(where + ": " + cause.getMessage(), e);
        } catch (JsonMappingException e) {
            Throwable root = rootOf(e);
            String message =
                    root instanceof JsonProcessingException json2 ? json2.getOriginalMessage() : root.getMessage();
            throw refused(where + ": " + path(e) + message + at(e), e);
        } catch (JsonProcessingException e) {
            throw refused(where + ": this is no JSON: " + e.getOriginalMessage() + at(e), e);
        }
    }

    private static IllegalArgumentException refused(String message, Exception cause) {
        return new IllegalArgumentException(OneLine.of(message), cause);
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String unknown(UnrecognizedPropertyException e) {
        String name = e.getPropertyName();
        var known = e.getKnownPropertyIds() == null
                ? java.util.List.<String>of()
                : e.getKnownPropertyIds().stream()
                        .map(Object::toString)
                        .sorted()
                        .toList();
        String near = known.stream()
                .min(Comparator.comparingInt(k -> distance(name, k)))
                .filter(k -> distance(name, k) <= Math.max(2, name.length() / 3))
                .map(k -> "did you mean '" + k + "'?")
                .orElse("known are " + known.stream().collect(Collectors.joining(", ")));
        return "unknown field '" + name + "'; " + near;
    }

    /** Jackson lists the names of a type's kinds at the end of its message only. */
    private static String kind(InvalidTypeIdException e) {
        String message = e.getOriginalMessage();
        String marker = "known type ids = ";
        int list = message.indexOf(marker);
        String known = list < 0
                ? ""
                : "; known are " + message.substring(list + marker.length()).replaceAll("[\\[\\])]", "");
        return (e.getTypeId() == null ? "the field 'kind' is missing" : "unknown kind '" + e.getTypeId() + "'") + known;
    }

    private static String path(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "" : path + ": ";
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    }

    /** Edits (insert, delete, replace) from one word to another (Levenshtein 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
