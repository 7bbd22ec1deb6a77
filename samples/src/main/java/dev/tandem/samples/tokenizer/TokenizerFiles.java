package dev.tandem.samples.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the two trainers share: counting words and writing Hugging Face's files. */
final class TokenizerFiles {

    static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFiles() {}

    /** Number of each match of a pattern in texts. */
    static Map<String, Long> count(Iterable<String> texts, Pattern word) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String text : texts) {
            for (Matcher m = word.matcher(text); m.find(); ) {
                counts.merge(m.group(), 1L, Long::sum);
            }
        }
        return counts;
    }

    static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + json, e);
        }
    }

    static ObjectNode bpe(ObjectNode settings, Map<String, Integer> vocabulary, List<BytePairs.Merge> merges) {
        ObjectNode model = settings.deepCopy();
        ObjectNode vocab = model.putObject("vocab");
        vocabulary.forEach(vocab::put);
        ArrayNode list = model.putArray("merges");
        merges.forEach(m -> list.addArray().add(m.left()).add(m.right()));
        return model;
    }

    /** An entry of {@code added_tokens}; without the id also one of {@code added_tokens_decoder}. */
    static ObjectNode special(String content, boolean normalized) {
        return object("{\"single_word\": false, \"lstrip\": false, \"rstrip\": false}")
                .put("content", content)
                .put("normalized", normalized)
                .put("special", true);
    }

    static void write(Path file, ObjectNode json) {
        try {
            write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + file, e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = file.resolveSibling("." + file.getFileName() + ".part");
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
