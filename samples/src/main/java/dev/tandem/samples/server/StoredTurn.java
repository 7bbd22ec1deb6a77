package dev.tandem.samples.server;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Turn;
import java.util.ArrayList;
import java.util.List;

/**
 * A stored conversation that is to be answered.
 *
 * @param asked all its messages, the one that is answered included
 */
record StoredTurn(List<ChatMessage> asked) {

    /**
     * The conversation with what is said now, or without its last answer where nothing is said and another answer is wanted.
     *
     * @throws ApiException if there is nothing to answer, or it would become too long
     */
    static StoredTurn after(List<ChatMessage> known, Dialogue said, Limits limits) {
        List<ChatMessage> asked = new ArrayList<>(known);
        asked.addAll(LangChain4jMessages.toLangChain4j(said));
        while (said.size() == 0 && !asked.isEmpty() && asked.get(asked.size() - 1) instanceof AiMessage) {
            asked.remove(asked.size() - 1);
        }
        if (asked.isEmpty()) {
            throw ApiException.invalid(
                    "regenerate", "invalid_value", "nothing was said in this conversation yet, so nothing is answered");
        }
        if (asked.size() >= limits.messages()) {
            throw tooLong(known.size() + " messages", limits.messages() + " are");
        }
        requireBytes(asked, limits.conversationBytes());
        return new StoredTurn(asked);
    }

    /**
     * Refuses conversations with too many bytes of pictures.
     *
     * @throws ApiException if it has more than that
     */
    static void requireBytes(List<ChatMessage> messages, long most) {
        long bytes = bytes(messages);
        if (bytes > most) {
            throw tooLong(bytes + " bytes of pictures", most + " are");
        }
    }

    /** Bytes of the pictures. */
    static long bytes(List<ChatMessage> messages) {
        return messages.stream()
                .flatMap(message -> images(message).stream())
                .mapToLong(StoredTurn::base64Bytes)
                .sum();
    }

    private static long base64Bytes(Image image) {
        String digits = image.base64Data();
        return digits == null ? 0 : 3L * digits.length() / 4;
    }

    private static ApiException tooLong(String has, String most) {
        return ApiException.invalid(
                "conversation",
                "conversation_too_long",
                "this conversation has " + has + ", and at most " + most + " kept; begin a new one");
    }

    /** The pictures of a message that are there. */
    static List<Image> images(ChatMessage message) {
        List<Image> images = List.of();
        if (message instanceof AiMessage ai) {
            images = ai.images();
        } else if (message instanceof UserMessage user) {
            images = user.contents().stream()
                    .filter(ImageContent.class::isInstance)
                    .map(content -> ((ImageContent) content).image())
                    .toList();
        }
        return images.stream().filter(image -> image.base64Data() != null).toList();
    }

    Dialogue dialogue() {
        return LangChain4jMessages.fromLangChain4j(asked);
    }

    /** All messages, the answer included; without one where the model had nothing to say. */
    List<ChatMessage> with(Reply reply) {
        List<ChatMessage> all = new ArrayList<>(asked);
        if (!reply.parts().isEmpty()) {
            all.add(LangChain4jMessages.toLangChain4j(reply));
        }
        return all;
    }

    /** The first words that a person said, for a list of conversations. */
    static String title(List<ChatMessage> messages, int length) {
        return LangChain4jMessages.fromLangChain4j(messages.subList(0, 1)).turns().stream()
                .map(Turn::text)
                .map(text -> Texts.cut(text.replaceAll("\\s+", " "), length))
                .findFirst()
                .orElse("");
    }
}
