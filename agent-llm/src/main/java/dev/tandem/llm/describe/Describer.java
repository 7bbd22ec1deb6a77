package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.decode.GenerationSettings;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** What {@link ImageToText} asks of a kind of model. */
sealed interface Describer extends AutoCloseable permits BlipDescriber, MllamaDescriber {

    ChatModel.Answer describe(
            List<Picture> pictures,
            String prompt,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text);

    ChatModel.Answer answer(
            List<ChatMessage> messages,
            List<Picture> pictures,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text);

    @Override
    void close();
}
