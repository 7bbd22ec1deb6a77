package dev.tandem.samples.server;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
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
            throw ApiException.invalid(
                    "conversation",
                    "conversation_too_long",
                    "this conversation has " + known.size() + " messages, and at most " + limits.messages()
                            + " are kept; begin a new one");
        }
        return new StoredTurn(asked);
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
