package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.decode.GenerationSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Says what pictures show, from a folder in the layout of transformers: BLIP writes a caption, or continues one that was begun; Llama-Vision
 * answers a question. Greedy results equal those of transformers' {@code generate} with its processors.
 *
 * <pre>{@code
 * try (ImageToText eyes = ImageToText.load(TorchEngine.cpu(), folder)) {
 *     String caption = eyes.describe(PictureFile.read(file));
 *     String answer = eyes.describe(PictureFile.read(file), "What colour is the boat?");
 * }
 * }</pre>
 *
 * <p>Owns the model; close it when it is no longer needed. Safe for use by one thread at a time.
 */
public final class ImageToText implements AutoCloseable {

    /** More than captions and short answers have. */
    private static final int MOST_TOKENS = 128;

    private final Describer describer;

    private ImageToText(Describer describer) {
        this.describer = describer;
    }

    /**
     * Loads a model folder: {@code config.json}, weights, {@code preprocessor_config.json} and {@code tokenizer.json}.
     *
     * @throws WeightException if something is missing, damaged, or of an architecture that does not describe pictures
     */
    public static ImageToText load(TensorEngine engine, Path path) {
        ModelFolder folder = ModelFolder.of(path);
        String type = folder.config().path("model_type").asText("");
        return new ImageToText(
                switch (type) {
                    case "blip" -> BlipDescriber.load(engine, folder);
                    case "mllama" -> MllamaDescriber.load(engine, folder);
                    default ->
                        throw new WeightException(path + " holds a model of the type '" + type
                                + "'; blip and mllama can describe pictures");
                });
    }

    /** What a picture shows: the likeliest words, at most 128 tokens. */
    public String describe(Picture picture) {
        return describe(picture, "");
    }

    /** What a picture shows, as an answer to a question (Llama-Vision) or after some first words (BLIP): the likeliest words, at most 128 tokens. */
    public String describe(Picture picture, String prompt) {
        return describe(
                        List.of(picture),
                        prompt,
                        GenerationSettings.greedy(MOST_TOKENS),
                        new SplittableRandom(),
                        piece -> {})
                .text();
    }

    /**
     * What pictures show.
     *
     * @param pictures for BLIP one; for Llama-Vision they come before the prompt
     * @param prompt a question, or a caption's first words, which the answer then begins with; blank for none. Special tokens in it stay text
     * @param random draws the tokens where the sampler is not greedy
     * @param text hears pieces of the answer as they are written
     * @throws IllegalArgumentException if the model can't look at so many pictures, or the prompt does not fit into its context
     */
    public ChatModel.Answer describe(
            List<Picture> pictures,
            String prompt,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("there is no picture to describe");
        }
        return describer.describe(List.copyOf(pictures), prompt, settings, random, text);
    }

    /**
     * Answers a chat about pictures.
     *
     * @param messages say where the pictures are
     * @param pictures in the order of their places
     * @param random draws the tokens where the sampler is not greedy
     * @param text hears pieces of the answer as they are written
     * @throws IllegalArgumentException if the model does not chat, there are more or fewer pictures than places, or the chat does not fit into the
     *     template or the context
     */
    public ChatModel.Answer answer(
            List<ChatMessage> messages,
            List<Picture> pictures,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        return describer.answer(messages, List.copyOf(pictures), settings, random, text);
    }

    @Override
    public void close() {
        describer.close();
    }
}
