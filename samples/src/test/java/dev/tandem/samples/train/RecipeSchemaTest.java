package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code models/training/schema.json} (JSON Schema, draft 2020-12) and the recipes say the same. With {@code -Dschema.write=true} the test
 * writes the file anew.
 */
class RecipeSchemaTest {

    private static final Path SCHEMA = Path.of("..", "models", "training", "schema.json");
    private static final ObjectMapper JSON = new ObjectMapper().configure(JsonParser.Feature.ALLOW_COMMENTS, true);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static ObjectNode schema() {
        ObjectNode root = NODES.objectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Configuration of 'tandem train'");
        TreeMap<String, JsonNode> definitions = new TreeMap<>();
        var kinds = root.putArray("oneOf");
        for (JsonSubTypes.Type kind :
                TrainingRecipe.class.getAnnotation(JsonSubTypes.class).value()) {
            kinds.addObject().put("$ref", "#/$defs/" + kind.value().getSimpleName());
            ObjectNode recipe = object(kind.value(), definitions);
            ((ObjectNode) recipe.path("properties")).putObject("kind").put("const", kind.name());
            recipe.putArray("required").add("kind");
            definitions.put(kind.value().getSimpleName(), recipe);
        }
        root.putObject("$defs").setAll(definitions);
        return root;
    }

    private static ObjectNode object(Class<?> type, TreeMap<String, JsonNode> definitions) {
        ObjectNode object = NODES.objectNode().put("type", "object");
        ObjectNode properties = object.putObject("properties");
        for (RecordComponent field : type.getRecordComponents()) {
            String name = new PropertyNamingStrategies.SnakeCaseStrategy().translate(field.getName());
            properties.set(name, value(field.getType(), definitions));
        }
        return object.put("additionalProperties", false);
    }

    private static ObjectNode value(Class<?> type, TreeMap<String, JsonNode> definitions) {
        ObjectNode value = NODES.objectNode();
        if (type == int.class || type == long.class) {
            return value.put("type", "integer");
        } else if (type == double.class) {
            return value.put("type", "number");
        } else if (type == boolean.class) {
            return value.put("type", "boolean");
        } else if (type == String.class || type == Path.class) {
            return value.put("type", "string");
        } else if (type == List.class) {
            value.put("type", "array").putObject("items").put("type", "string");
            return value;
        } else if (Enum.class.isAssignableFrom(type)) {
            var names = value.putArray("enum");
            for (Object each : type.getEnumConstants()) {
                names.add(((Enum<?>) each).name().toLowerCase(Locale.ROOT));
                names.add(((Enum<?>) each).name());
            }
            return value;
        }
        assertTrue(type.isRecord(), "say in this test how " + type + " is written in JSON");
        if (!definitions.containsKey(type.getSimpleName())) {
            definitions.put(type.getSimpleName(), object(type, definitions));
        }
        return value.put("$ref", "#/$defs/" + type.getSimpleName());
    }

    @Test
    void schemaAndRecipesHaveTheSameFields() throws IOException {
        if (Boolean.getBoolean("schema.write")) {
            Files.writeString(SCHEMA, schema().toPrettyString() + "\n");
        }
        assertEquals(
                schema(),
                JSON.readTree(SCHEMA.toFile()),
                "a recipe has changed: run this test with -Dschema.write=true");
    }

    /** The published configurations keep to the published schema. */
    @ParameterizedTest
    @MethodSource("dev.tandem.samples.train.TrainingRecipeTest#configurations")
    void aCommittedConfigurationKeepsToIt(Path file) throws IOException {
        JsonNode schema = JSON.readTree(SCHEMA.toFile());
        JsonNode configuration = JSON.readTree(file.toFile());
        for (JsonNode kind : schema.path("oneOf")) {
            JsonNode recipe = definition(schema, kind);
            if (recipe.at("/properties/kind/const").equals(configuration.path("kind"))) {
                keepsTo(schema, recipe, configuration, file.toString());
                return;
            }
        }
        throw new AssertionError("the schema has no kind " + configuration.path("kind"));
    }

    private static void keepsTo(JsonNode schema, JsonNode type, JsonNode object, String where) {
        object.properties().forEach(field -> {
            String path = where + ": " + field.getKey();
            JsonNode property = type.path("properties").get(field.getKey());
            assertNotNull(property, path);
            JsonNode value = field.getValue();
            if (property.has("$ref")) {
                keepsTo(schema, definition(schema, property), value, path);
            } else if (property.has("enum")) {
                assertTrue(property.path("enum").valueStream().anyMatch(value::equals), path);
            } else if (property.has("type")) {
                boolean fits = switch (property.path("type").asText()) {
                    case "integer" -> value.isIntegralNumber();
                    case "number" -> value.isNumber();
                    case "boolean" -> value.isBoolean();
                    case "array" -> value.isArray();
                    default -> value.isTextual();
                };
                assertTrue(fits, path);
            }
        });
    }

    private static JsonNode definition(JsonNode schema, JsonNode reference) {
        return schema.at(reference.path("$ref").asText().substring(1));
    }
}
