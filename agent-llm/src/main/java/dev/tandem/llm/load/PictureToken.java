package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token of Llama-Vision that stands where a picture is. */
public final class PictureToken {

    /** As the vocabulary spells it. */
    public static final String TEXT = "<|image|>";

    private PictureToken() {}

    /** Adds it to the tokenizer's files in a folder, unless it is there. */
    static void addTo(Path folder, int id) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path file = folder.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) mapper.readTree(Files.readAllBytes(file));
        ArrayNode added = json.withArray("added_tokens");
        for (JsonNode each : added) {
            if (each.path("content").asText().equals(TEXT)) {
                return;
            }
        }
        added.add(token().put("id", id));
        WrittenFiles.write(file, json);
        Path about = folder.resolve("tokenizer_config.json");
        if (Files.isRegularFile(about)) {
            ObjectNode config = (ObjectNode) mapper.readTree(Files.readAllBytes(about));
            config.withObject("/added_tokens_decoder").set(String.valueOf(id), token());
            WrittenFiles.write(about, config);
        }
    }

    private static ObjectNode token() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("content", TEXT)
                .put("normalized", false)
                .put("special", true);
    }
}
