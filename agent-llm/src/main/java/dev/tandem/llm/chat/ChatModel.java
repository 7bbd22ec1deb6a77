package dev.tandem.llm.chat;

import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.decode.TextStream;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A language model with its tokenizer and chat template. Used by one thread at a time; close it when it is no longer needed.
 */
public final class ChatModel implements AutoCloseable {

    private final CausalLm model;
    private final LlmTokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final AnswerWriter writer;
    private final boolean beginsText;
    private final GenerationSettings settings;

    /**
     * Puts a model together; it closes its parts when it is closed.
     *
     * @param stopIds tokens that end a text
     * @param beginsText whether a text that is continued as it is begins with the model's begin token
     * @param settings how it writes when nobody says otherwise
     */
    public ChatModel(
            CausalLm model,
            LlmTokenizer tokenizer,
            Optional<ChatTemplate> template,
            List<Integer> stopIds,
            boolean beginsText,
            GenerationSettings settings) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.template = template;
        this.writer = new AnswerWriter(tokenizer, stopIds);
        this.beginsText = beginsText;
        this.settings = settings;
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
     * How the model writes when nobody says otherwise: by its {@code generation_config.json}, else drawn from the likeliest tokens (temperature
     * 0.7, top-p 0.95).
     */
    public GenerationSettings settings() {
        return settings;
    }

    /** Most tokens of prompt and answer together. */
    public int contextLength() {
        return model.contextLength();
    }

    /** Whether the model came with a chat template. */
    public boolean chats() {
        return template.isPresent();
    }

    /**
     * Answers a chat.
     *
     * @param text hears pieces of the answer as they are written; of a search with beams, the whole at the end
     * @throws IllegalArgumentException if the model has no chat template, or the chat does not fit into it or the context
     */
    public Answer answer(
            List<ChatMessage> messages, GenerationSettings settings, RandomGenerator random, Consumer<String> text) {
        return writer.write(model, chat(messages), new TextStream(tokenizer), settings, random, text);
    }

    /**
     * Answers several chats in one batch; each gets the answer that it would get alone.
     *
     * @param random one generator for each chat
     * @param text hears pieces of the answers as they are written, with the chat's number
     */
    public List<Answer> answers(
            List<List<ChatMessage>> chats,
            GenerationSettings settings,
            List<? extends RandomGenerator> random,
            ObjIntConsumer<String> text) {
        return writer.write(model, chats.stream().map(this::chat).toList(), settings, random, text);
    }

    /** Continues a text as it is. */
    public Answer continued(String prompt, GenerationSettings settings, RandomGenerator random, Consumer<String> text) {
        return writer.write(model, raw(prompt), new TextStream(tokenizer), settings, random, text);
    }

    /** Continues several texts in one batch; each gets what it would get alone. */
    public List<Answer> continuations(
            List<String> prompts,
            GenerationSettings settings,
            List<? extends RandomGenerator> random,
            ObjIntConsumer<String> text) {
        return writer.write(model, prompts.stream().map(this::raw).toList(), settings, random, text);
    }

    private int[] chat(List<ChatMessage> messages) {
        ChatTemplate words = template.orElseThrow(() -> new IllegalArgumentException(
                "this model has no chat template: it was not made for chats; continue a text instead (--raw)"));
        return ChatPrompt.of(words, tokenizer, messages);
    }

    private int[] raw(String prompt) {
        int[] ids = tokenizer.plain(prompt);
        OptionalInt begin = tokenizer.beginId();
        return beginsText && begin.isPresent()
                ? IntStream.concat(IntStream.of(begin.getAsInt()), IntStream.of(ids))
                        .toArray()
                : ids;
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
