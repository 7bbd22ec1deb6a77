package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.ImageProcessor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.llm.chat.AnswerWriter;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.model.BlipCaptioner;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Captions by BLIP; equal to transformers' {@code image-to-text} pipeline and to {@code BlipForConditionalGeneration.generate} after first words. */
final class BlipDescriber implements Describer {

    private final TensorEngine engine;
    private final BlipCaptioner model;
    private final ImageProcessor processor;
    private final LlmTokenizer tokenizer;
    private final boolean tidied;

    private BlipDescriber(
            TensorEngine engine,
            BlipCaptioner model,
            ImageProcessor processor,
            LlmTokenizer tokenizer,
            boolean tidied) {
        this.engine = engine;
        this.model = model;
        this.processor = processor;
        this.tokenizer = tokenizer;
        this.tidied = tidied;
    }

    static BlipDescriber load(TensorEngine engine, ModelFolder folder) {
        ImageProcessor processor = ImageProcessor.read(folder);
        LlmTokenizer tokenizer = LlmTokenizer.load(folder.path());
        try {
            boolean tidied = folder.file("tokenizer_config.json").isPresent()
                    && folder.json("tokenizer_config.json")
                            .path("clean_up_tokenization_spaces")
                            .asBoolean();
            return new BlipDescriber(engine, BlipLoader.load(engine, folder.path()), processor, tokenizer, tidied);
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
        if (pictures.size() != 1) {
            throw new IllegalArgumentException("BLIP describes one picture at a time, got " + pictures.size());
        }
        int[] first = tokenizer.plain(prompt);
        int[] begun = new int[1 + first.length];
        begun[0] = model.config().text().bosTokenId();
        System.arraycopy(first, 0, begun, 1, first.length);
        try (CausalLm looking = look(pictures.get(0))) {
            return new AnswerWriter(tokenizer, List.of(model.config().text().sepTokenId()))
                    .write(looking, begun, new CaptionText(tokenizer, first, tidied), settings, random, text);
        }
    }

    private CausalLm look(Picture picture) {
        try (Scope scope = engine.scope()) {
            return model.looking(model.look(processor.apply(engine, picture)));
        }
    }

    @Override
    public ChatModel.Answer answer(
            List<ChatMessage> messages,
            List<Picture> pictures,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        throw new IllegalArgumentException(
                "BLIP does not chat; describe a picture, with a caption's first words if you like");
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
