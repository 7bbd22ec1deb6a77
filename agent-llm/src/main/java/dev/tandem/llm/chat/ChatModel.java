package dev.tandem.llm.chat;

import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A language model with its tokenizer and chat template. Used by one thread at a time; close it when it is no longer needed.
 */
public final class ChatModel implements AutoCloseable {

    private final CausalLm model;
    private final LlmTokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final AnswerWriter writer;
    private final boolean beginsText;

    /**
     * Puts a model together; it closes its parts when it is closed.
     *
     * @param stopIds tokens that end a text
     * @param beginsText whether a text that is continued as it is begins with the model's begin token
     */
    public ChatModel(
            CausalLm model,
            LlmTokenizer tokenizer,
            Optional<ChatTemplate> template,
            List<Integer> stopIds,
            boolean beginsText) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.template = template;
        this.writer = new AnswerWriter(tokenizer, stopIds);
        this.beginsText = beginsText;
    }

    /**
     * What is written.
     *
     * @param text without special tokens
     * @param tokens how many were written
     * @param promptTokens how many were read
     * @param end why it ended
     */
    public record Answer(String text, int tokens, int promptTokens, Generation.End end) {}

    /**
     * How to write.
     *
     * @param sampler chooses tokens
     * @param repetitionPenalty above 1 to repeat less
     * @param maxNewTokens bound
     * @param stops texts that end the answer; they are not part of it
     */
    public record Settings(Sampler sampler, double repetitionPenalty, int maxNewTokens, List<String> stops) {

        public Settings {
            stops = List.copyOf(stops);
        }

        /** The likeliest token each time, and no other rule. */
        public static Settings greedy(int maxNewTokens) {
            return new Settings(Sampler.greedy(), 1, maxNewTokens, List.of());
        }
    }

    /** Whether the model came with a chat template. */
    public boolean chats() {
        return template.isPresent();
    }

    /**
     * Answers a chat.
     *
     * @param text hears pieces of the answer as they are written
     * @throws IllegalArgumentException if the model has no chat template, or the chat does not fit into it or the context
     */
    public Answer answer(List<ChatMessage> messages, Settings settings, RandomGenerator random, Consumer<String> text) {
        ChatTemplate words = template.orElseThrow(() -> new IllegalArgumentException(
                "this model has no chat template: it was not made for chats; continue a text instead (--raw)"));
        return writer.write(model, ChatPrompt.of(words, tokenizer, messages), settings, random, text);
    }

    /** Continues a text as it is. */
    public Answer continued(String prompt, Settings settings, RandomGenerator random, Consumer<String> text) {
        int[] ids = tokenizer.plain(prompt);
        OptionalInt begin = tokenizer.beginId();
        if (beginsText && begin.isPresent()) {
            int[] longer = new int[ids.length + 1];
            longer[0] = begin.getAsInt();
            System.arraycopy(ids, 0, longer, 1, ids.length);
            ids = longer;
        }
        return writer.write(model, ids, settings, random, text);
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
