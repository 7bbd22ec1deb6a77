package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Files of a model folder; each appears when it is whole. */
final class WrittenFiles {

    /** Files of a tokenizer in the published layout, as far as they are there. */
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "tokenizer.model",
            "chat_template.jinja");

    private WrittenFiles() {}

    static void write(Path file, ObjectNode json) throws IOException {
        byte[] bytes = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        Path hidden = Files.createTempFile(file.toAbsolutePath().getParent(), ".", ".json");
        replace(Files.write(hidden, bytes), file);
    }

    /** Copies a file that may be missing. */
    static void copy(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from)) {
            Path hidden = Files.createTempFile(to.toAbsolutePath().getParent(), ".", ".part");
            Files.copy(from, hidden, StandardCopyOption.REPLACE_EXISTING);
            replace(hidden, to);
        }
    }

    /** Copies a tokenizer; to the same folder nothing. */
    static void copyTokenizer(Path from, Path to) throws IOException {
        if (!Files.isSameFile(to, from)) {
            for (String name : TOKENIZER_FILES) {
                copy(from.resolve(name), to.resolve(name));
            }
        }
    }

    private static void replace(Path hidden, Path file) throws IOException {
        hidden.toFile().setReadable(true, false); // temporary files are private
        Files.move(hidden, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
