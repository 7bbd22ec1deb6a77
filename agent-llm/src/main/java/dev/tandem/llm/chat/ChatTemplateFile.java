package dev.tandem.llm.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.token.LlmTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Finds the chat template of a folder in the layout of transformers. */
public final class ChatTemplateFile {

    private static final int MAX_TEMPLATE = 1 << 20;
    private static final String KEY = "chat_template";

    private ChatTemplateFile() {}

    /**
     * The template: in a file of its own, {@code chat_template.jinja} as it is written now or {@code chat_template.json} as it was for models that see,
     * or in the tokenizer's configuration.
     *
     * @throws WeightException if a file is damaged
     */
    public static Optional<ChatTemplate> read(ModelFolder folder, LlmTokenizer tokenizer) {
        Optional<Path> own = folder.file("chat_template.jinja");
        Optional<String> source = own.isPresent()
                ? Optional.of(text(own.get()))
                : named(folder, "chat_template.json").or(() -> named(folder, "tokenizer_config.json"));
        return source.map(words -> new ChatTemplate(words, specials(tokenizer)));
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > MAX_TEMPLATE) {
                throw new WeightException(file + " has more than " + MAX_TEMPLATE + " bytes");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    private static Optional<String> named(ModelFolder folder, String file) {
        if (folder.file(file).isEmpty()) {
            return Optional.empty();
        }
        JsonNode template = folder.json(file).path(KEY);
        if (template.isArray()) { // several by name
            for (JsonNode each : template) {
                if (each.path("name").asText().equals("default")) {
                    template = each.path("template");
                }
            }
        }
        return template.isTextual() ? Optional.of(template.asText()) : Optional.empty();
    }

    /** What a template may use by name. */
    static Map<String, String> specials(LlmTokenizer tokenizer) {
        Map<String, String> specials = new HashMap<>();
        specials.put("bos_token", spelled(tokenizer, tokenizer.beginId().orElse(-1)));
        specials.put("eos_token", spelled(tokenizer, tokenizer.endId().orElse(-1)));
        return specials;
    }

    private static String spelled(LlmTokenizer tokenizer, int id) {
        String token = id < 0 ? null : tokenizer.token(id);
        return token == null ? "" : token;
    }
}
