package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
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
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.CrossAttentionMask;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.MllamaConfig;
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

    private static final String IMAGE = "<|image|>";

    private final TensorEngine engine;
    private final Mllama model;
    private final MllamaImageProcessor processor;
    private final LlmTokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final int imageId;

    private MllamaDescriber(
            TensorEngine engine,
            Mllama model,
            MllamaImageProcessor processor,
            LlmTokenizer tokenizer,
            Optional<ChatTemplate> template,
            int imageId) {
        this.engine = engine;
        this.model = model;
        this.processor = processor;
        this.tokenizer = tokenizer;
        this.template = template;
        this.imageId = imageId;
    }

    static MllamaDescriber load(TensorEngine engine, ModelFolder folder) {
        MllamaImageProcessor processor = MllamaImageProcessor.read(folder);
        LlmTokenizer tokenizer = LlmTokenizer.load(folder.path());
        try {
            int imageId = tokenizer
                    .idOf(IMAGE)
                    .orElseThrow(() -> new WeightException(
                            "the tokenizer in " + folder + " has no " + IMAGE + ", the place of a picture"));
            Optional<ChatTemplate> template = ChatTemplateFile.read(folder, tokenizer);
            Mllama model = MllamaLoader.load(engine, folder.path());
            try {
                requireFit(folder, processor, model.config().vision());
            } catch (WeightException e) {
                model.close();
                throw e;
            }
            return new MllamaDescriber(engine, model, processor, tokenizer, template, imageId);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static void requireFit(ModelFolder folder, MllamaImageProcessor processor, MllamaConfig.Vision vision) {
        int layouts = processor.layouts().size();
        if (processor.tile() != vision.imageSize()
                || processor.maxTiles() != vision.maxTiles()
                || layouts != vision.aspectRatios()) {
            throw new WeightException(String.format(
                    "%s/preprocessor_config.json makes at most %d tiles of %d pixels in %d layouts, but the model in config.json takes %d of %d in %d",
                    folder,
                    processor.maxTiles(),
                    processor.tile(),
                    layouts,
                    vision.maxTiles(),
                    vision.imageSize(),
                    vision.aspectRatios()));
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
                                IntStream.generate(() -> imageId).limit(pictures), tokenizer.beginId().stream()),
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
        int[] places = CrossAttentionMask.places(prompt, imageId);
        if (places.length != pictures.size()) {
            throw new IllegalArgumentException("the model's chat template makes " + places.length + " " + IMAGE + " of "
                    + pictures.size() + " pictures; it needs one for each");
        }
        try (CausalLm looking = look(prompt.length, places, pictures)) {
            return new AnswerWriter(tokenizer, model.config().text().eosTokenIds())
                    .write(looking, prompt, new TextStream(tokenizer), settings, random, text);
        }
    }

    private CausalLm look(int length, int[] places, List<Picture> pictures) {
        if (pictures.isEmpty()) {
            return model.withoutPictures();
        }
        try (Scope scope = engine.scope()) {
            MllamaImageProcessor.Tiles tiles = processor.apply(engine, pictures);
            Tensor visible = engine.tensor(
                    CrossAttentionMask.of(length, places, tiles.counts(), processor.maxTiles()),
                    1,
                    length,
                    pictures.size(),
                    processor.maxTiles());
            return model.looking(new Mllama.Pictures(tiles.pixels(), tiles.layouts(), tiles.tileMask()), visible);
        }
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
