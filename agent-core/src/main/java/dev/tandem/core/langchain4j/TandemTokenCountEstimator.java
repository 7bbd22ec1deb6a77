package dev.tandem.core.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.LangChain4jMessages;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts tokens as the agent's language model reads them, exactly, for a memory's window ({@code TokenWindowChatMemory}).
 *
 * @param agent whose language model reads
 */
public record TandemTokenCountEstimator(PhotoSharingAgent agent) implements TokenCountEstimator {

    @Override
    public int estimateTokenCountInText(String text) {
        return text.isEmpty() ? 0 : estimateTokenCountInMessage(UserMessage.from(text));
    }

    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        return estimateTokenCountInMessages(List.of(message));
    }

    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
        List<ChatMessage> all = new ArrayList<>();
        messages.forEach(all::add);
        return agent.countTokens(LangChain4jMessages.fromLangChain4j(all));
    }
}
