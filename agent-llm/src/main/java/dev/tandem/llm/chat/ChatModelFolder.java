package dev.tandem.llm.chat;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.load.GenerationConfigFile;
import dev.tandem.llm.load.GgufModel;
import dev.tandem.llm.load.Gpt2Loader;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.Gpt2;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Loads a {@link ChatModel} from a folder in the layout of transformers, or from a GGUF file. */
public final class ChatModelFolder {

    /** For models that come without a generation_config.json. */
    private static final GenerationSettings UNSAID = GenerationSettings.builder()
            .sample(true)
            .temperature(0.7)
            .topK(0)
            .topP(0.95)
            .build();

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
                : folder(engine, path, LoraAdapter.isIn(path) ? path : null);
    }

    /**
     * Loads a model with a LoRA adapter.
     *
     * @param path a folder with {@code config.json}, tokenizer and weights, of Llama or Qwen2
     * @param adapter a folder as PEFT writes it
     * @throws WeightException if something is missing, damaged, or of an architecture that takes no adapter
     */
    public static ChatModel load(TensorEngine engine, Path path, Path adapter) {
        return folder(engine, path, adapter);
    }

    private static ChatModel gguf(TensorEngine engine, Path path) {
        GgufModel file = GgufModel.open(path);
        LlmTokenizer tokenizer = file.tokenizer();
        try {
            Llama model = file.load(engine);
            return new ChatModel(
                    model,
                    tokenizer,
                    file.chatTemplate().map(source -> new ChatTemplate(source, ChatTemplateFile.specials(tokenizer))),
                    file.config().eosTokenIds(),
                    file.beginsText(),
                    UNSAID);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static ChatModel folder(TensorEngine engine, Path path, @Nullable Path adapter) {
        ModelFolder folder = ModelFolder.of(path);
        String type = folder.config().path("model_type").asText("");
        if (adapter != null && !type.equals("llama") && !type.equals("qwen2")) {
            throw new WeightException("the adapter in " + adapter + " is for a Llama or Qwen2, but " + path
                    + " holds a model of the type '" + type + "'");
        }
        LlmTokenizer tokenizer = LlmTokenizer.load(path);
        try {
            Optional<ChatTemplate> template = ChatTemplateFile.read(folder, tokenizer);
            CausalLm model;
            List<Integer> stops;
            switch (type) {
                case "llama", "qwen2" -> {
                    Llama llama = LlamaLoader.load(engine, path, adapter);
                    model = llama;
                    stops = llama.config().eosTokenIds();
                }
                case "gpt2" -> {
                    Gpt2 gpt2 = Gpt2Loader.load(engine, path);
                    model = gpt2;
                    stops = gpt2.config().eosTokenIds();
                }
                case "mllama" -> {
                    Mllama mllama = MllamaLoader.load(engine, path);
                    model = mllama.asTextModel();
                    stops = mllama.config().text().eosTokenIds();
                }
                default ->
                    throw new WeightException(path + " holds a model of the type '" + type
                            + "'; llama, qwen2, gpt2 and mllama can write texts");
            }
            Set<Integer> ends = new LinkedHashSet<>(stops);
            ends.addAll(GenerationConfigFile.stopIds(path));
            return new ChatModel(
                    model,
                    tokenizer,
                    template,
                    List.copyOf(ends),
                    type.equals("llama") || type.equals("mllama"),
                    GenerationConfigFile.read(path).orElse(UNSAID));
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }
}
