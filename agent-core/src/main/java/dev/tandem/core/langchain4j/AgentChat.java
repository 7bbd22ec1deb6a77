package dev.tandem.core.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageUsage;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers LangChain4j's requests with an agent.
 *
 * @param agent that answers
 * @param name by which requests may ask for it
 * @param seeds gives the seed of each answer
 */
record AgentChat(PhotoSharingAgent agent, String name, RandomGenerator seeds) {

    /**
     * Sees whether a request can be answered at all.
     *
     * @throws UnsupportedFeatureException if it asks for what this model has not, such as tools
     * @throws InvalidRequestException if what it says cannot be answered, such as a temperature below 0
     */
    Answering prepare(ChatRequest request) {
        LanguageOptions language = language(request.parameters());
        requireReadable(request.messages());
        return (listener, cancellation) -> {
            Reply reply;
            try {
                reply = agent.next(
                        dialogue(request.messages()), language, agent.imageOptions(), listener, cancellation);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
            }
            LanguageUsage usage = reply.usage();
            return ChatResponse.builder()
                    .aiMessage(LangChain4jMessages.toLangChain4j(reply))
                    .modelName(name)
                    .tokenUsage(new TokenUsage(usage.promptTokens(), usage.newTokens()))
                    .finishReason(finish(reply))
                    .build();
        };
    }

    /**
     * Sees whether requests can have these parameters.
     *
     * @throws UnsupportedFeatureException if they ask for what this model has not
     */
    void check(ChatRequestParameters parameters) {
        language(parameters);
    }

    /** The work of an answer. */
    interface Answering {

        /**
         * Answers.
         *
         * @throws InvalidRequestException if the dialogue cannot be answered, such as a message that is too long
         */
        ChatResponse answer(AgentListener listener, Cancellation cancellation);
    }

    private static FinishReason finish(Reply reply) {
        if (reply.isWithheld()) {
            return FinishReason.CONTENT_FILTER;
        }
        return reply.usage().finish() == LanguageUsage.Finish.LENGTH ? FinishReason.LENGTH : FinishReason.STOP;
    }

    private void requireReadable(List<ChatMessage> messages) {
        for (ChatMessage message : messages) {
            if (!(message instanceof UserMessage user)) {
                continue;
            }
            for (Content content : user.contents()) {
                if (content instanceof ImageContent image) {
                    if (!agent.seesPhotos()) {
                        throw new UnsupportedFeatureException("images are not supported by the model " + name
                                + ", which sees none; say in words what they show, or use a model that sees");
                    }
                    if (image.image().base64Data() == null) {
                        throw new UnsupportedFeatureException(
                                "images at an address are not supported, as nothing is fetched;"
                                        + " send the image itself, as base64 data");
                    }
                } else if (!(content instanceof TextContent)) {
                    throw unsupported("content of type " + content.type());
                }
            }
        }
    }

    private static Dialogue dialogue(List<ChatMessage> messages) {
        Dialogue dialogue = LangChain4jMessages.fromLangChain4j(messages);
        if (dialogue.size() == 0 || dialogue.turns().get(dialogue.size() - 1).speaker() != Speaker.USER) {
            throw new IllegalArgumentException("the last message must be the user's, and say or show something");
        }
        return dialogue;
    }

    private LanguageOptions language(ChatRequestParameters asked) {
        if (asked.toolChoice() != null) {
            throw unsupported("ToolChoice." + asked.toolChoice());
        }
        refuse("tools", asked.toolSpecifications());
        if (asked.responseFormat() != null && asked.responseFormat().type() == ResponseFormatType.JSON) {
            throw unsupported("JSON response format");
        }
        refuse("stopSequences", asked.stopSequences());
        refuse("topK", asked.topK());
        refuse("frequencyPenalty", asked.frequencyPenalty());
        refuse("presencePenalty", asked.presencePenalty());
        if (asked.modelName() != null && !asked.modelName().equals(name)) {
            throw new UnsupportedFeatureException("'modelName' " + asked.modelName() + " is not supported: this is "
                    + name + "; another model is another TandemChatModel");
        }
        LanguageOptions own = agent.languageOptions();
        try {
            return new LanguageOptions(
                    Objects.requireNonNullElse(asked.maxOutputTokens(), own.maxNewTokens()),
                    Objects.requireNonNullElse(asked.temperature(), own.temperature()),
                    Objects.requireNonNullElse(asked.topP(), own.topP()),
                    seeds.nextLong(),
                    own.maxCaptions(),
                    own.maxCaptionTokens());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void refuse(String name, @Nullable Object value) {
        if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
            throw unsupported("'" + name + "'");
        }
    }

    private static UnsupportedFeatureException unsupported(String what) {
        return new UnsupportedFeatureException(what + " is not supported by this model, which talks and shares photos");
    }
}
