package dev.tandem.llm.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.load.GgufModel;
import dev.tandem.llm.load.Gpt2Loader;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.Gpt2;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.token.LlmTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Loads a {@link ChatModel} from a folder in the layout of transformers, or from a GGUF file. */
public final class ChatModelFolder {

    private static final int MAX_TEMPLATE = 1 << 20;

    private ChatModelFolder() {}

    /**
     * Loads a model.
     *
     * @param path a folder with {@code config.json}, tokenizer and weights, or a {@code .gguf} file
     * @throws WeightException if something is missing, damaged, or of an architecture that is not supported
     */
    public static ChatModel load(TensorEngine engine, Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".gguf")
                ? gguf(engine, path)
                : folder(engine, path);
    }

    private static ChatModel gguf(TensorEngine engine, Path path) {
        GgufModel file = GgufModel.open(path);
        LlmTokenizer tokenizer = file.tokenizer();
        try {
            Llama model = file.load(engine);
            return new ChatModel(
                    model,
                    tokenizer,
                    file.chatTemplate().map(source -> new ChatTemplate(source, specials(tokenizer))),
                    file.config().eosTokenIds(),
                    file.beginsText());
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static ChatModel folder(TensorEngine engine, Path path) {
        ModelFolder folder = ModelFolder.of(path);
        String type = folder.config().path("model_type").asText("");
        LlmTokenizer tokenizer = LlmTokenizer.load(path);
        try {
            CausalLm model;
            List<Integer> stops;
            switch (type) {
                case "llama", "qwen2" -> {
                    Llama llama = LlamaLoader.load(engine, path);
                    model = llama;
                    stops = llama.config().eosTokenIds();
                }
                case "gpt2" -> {
                    Gpt2 gpt2 = Gpt2Loader.load(engine, path);
                    model = gpt2;
                    stops = gpt2.config().eosTokenIds();
                }
                default ->
                    throw new WeightException(
                            path + " holds a model of the type '" + type + "'; llama, qwen2 and gpt2 can write texts");
            }
            return new ChatModel(model, tokenizer, template(folder, tokenizer), stops, type.equals("llama"));
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    /** In a file of its own, as transformers writes it now, or in the tokenizer's configuration. */
    private static Optional<ChatTemplate> template(ModelFolder folder, LlmTokenizer tokenizer) {
        Optional<Path> own = folder.file("chat_template.jinja");
        if (own.isPresent()) {
            try {
                if (Files.size(own.get()) > MAX_TEMPLATE) {
                    throw new WeightException(own.get() + " has more than " + MAX_TEMPLATE + " bytes");
                }
                String source = Files.readString(own.get(), StandardCharsets.UTF_8);
                return Optional.of(new ChatTemplate(source, specials(tokenizer)));
            } catch (IOException e) {
                throw new WeightException("cannot read " + own.get() + " (" + e.getMessage() + ")", e);
            }
        }
        if (folder.file("tokenizer_config.json").isEmpty()) {
            return Optional.empty();
        }
        JsonNode template = folder.json("tokenizer_config.json").path("chat_template");
        if (template.isArray()) { // several by name
            for (JsonNode each : template) {
                if (each.path("name").asText().equals("default")) {
                    template = each.path("template");
                }
            }
        }
        return template.isTextual()
                ? Optional.of(new ChatTemplate(template.asText(), specials(tokenizer)))
                : Optional.empty();
    }

    private static Map<String, String> specials(LlmTokenizer tokenizer) {
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
