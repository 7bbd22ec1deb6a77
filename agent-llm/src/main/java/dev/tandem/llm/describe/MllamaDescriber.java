package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.MllamaImageProcessor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.AnswerWriter;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.chat.ChatPrompt;
import dev.tandem.llm.chat.ChatTemplate;
import dev.tandem.llm.chat.ChatTemplateFile;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.decode.TextStream;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.load.PictureToken;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.CrossAttentionMask;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Answers by Llama-Vision; equal to transformers' {@code MllamaForConditionalGeneration.generate} on what its {@code MllamaProcessor} makes. */
final class MllamaDescriber implements Describer {

    private final TensorEngine engine;
    private final SeenPictures eyes;
    private final LlmTokenizer tokenizer;
    private final Optional<ChatTemplate> template;

    private MllamaDescriber(
            TensorEngine engine, SeenPictures eyes, LlmTokenizer tokenizer, Optional<ChatTemplate> template) {
        this.engine = engine;
        this.eyes = eyes;
        this.tokenizer = tokenizer;
        this.template = template;
    }

    static MllamaDescriber load(TensorEngine engine, ModelFolder folder) {
        MllamaImageProcessor.read(folder); // what is wrong with it is said before gigabytes of weights are read
        LlmTokenizer tokenizer = LlmTokenizer.load(folder.path());
        try {
            Optional<ChatTemplate> template = ChatTemplateFile.read(folder, tokenizer);
            Mllama model = MllamaLoader.load(engine, folder.path());
            try {
                return new MllamaDescriber(
                        engine, MllamaLoader.eyes(model, tokenizer, folder.path()), tokenizer, template);
            } catch (WeightException e) {
                model.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public ChatModel.Answer describe(
            List<Picture> pictures,
            String prompt,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        if (template.isEmpty()) {
            return write(raw(pictures.size(), prompt), pictures, settings, random, text);
        }
        List<ChatMessage.Part> parts = new ArrayList<>(Collections.nCopies(pictures.size(), new ChatMessage.Image()));
        if (!prompt.isBlank()) {
            parts.add(new ChatMessage.Text(prompt));
        }
        return answer(List.of(new ChatMessage("user", parts)), pictures, settings, random, text);
    }

    /** For a model that was not made for chats: pictures, the begin token, the text. */
    private int[] raw(int pictures, String prompt) {
        return IntStream.concat(
                        IntStream.concat(
                                IntStream.generate(eyes::imageId).limit(pictures), tokenizer.beginId().stream()),
                        IntStream.of(tokenizer.plain(prompt)))
                .toArray();
    }

    @Override
    public ChatModel.Answer answer(
            List<ChatMessage> messages,
            List<Picture> pictures,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        ChatTemplate words = template.orElseThrow(() -> new IllegalArgumentException(
                "this model has no chat template: it was not made for chats; describe pictures with a prompt instead"));
        long places = messages.stream()
                .flatMap(message -> message.parts().stream())
                .filter(ChatMessage.Image.class::isInstance)
                .count();
        if (places != pictures.size()) {
            throw new IllegalArgumentException(
                    "the chat has places for " + places + " pictures, got " + pictures.size());
        }
        return write(ChatPrompt.of(words, tokenizer, messages), pictures, settings, random, text);
    }

    private ChatModel.Answer write(
            int[] prompt,
            List<Picture> pictures,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        int[] places = CrossAttentionMask.places(prompt, eyes.imageId());
        if (places.length != pictures.size()) {
            throw new IllegalArgumentException("the model's chat template makes " + places.length + " "
                    + PictureToken.TEXT + " of " + pictures.size() + " pictures; it needs one for each");
        }
        try (CausalLm looking = look(prompt, pictures)) {
            return new AnswerWriter(tokenizer, eyes.model().config().text().eosTokenIds())
                    .write(looking, prompt, new TextStream(tokenizer), settings, random, text);
        }
    }

    private CausalLm look(int[] prompt, List<Picture> pictures) {
        if (pictures.isEmpty()) {
            return eyes.model().withoutPictures();
        }
        try (Scope scope = engine.scope()) {
            return eyes.looking(engine, List.of(prompt), List.of(pictures));
        }
    }

    @Override
    public void close() {
        eyes.model().close();
        tokenizer.close();
    }
}
