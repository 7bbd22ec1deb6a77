package dev.tandem.core.langchain4j;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.stage.Cancellation;
import java.util.List;

/**
 * The agent as a chat model of LangChain4j.
 *
 * <pre>{@code
 * ChatModel model = TandemChatModel.builder().modelName("default").build();
 * AiMessage answer = model.chat(UserMessage.from("What did you see on your trip?")).aiMessage();
 * for (Image photo : answer.images()) {
 *     Files.write(Path.of("photo.png"), Base64.getDecoder().decode(photo.base64Data()));
 * }
 * }</pre>
 *
 * <p>Photos are {@link dev.langchain4j.data.message.AiMessage#images()}, their captions {@link dev.langchain4j.data.image.Image#revisedPrompt()}. Pictures in a user's message are
 * seen by models that see. System messages are left out: the model folder says how the agent talks. Tools, JSON and the sampling parameters that the
 * model has not are refused with {@link dev.langchain4j.exception.UnsupportedFeatureException}, what cannot be answered with
 * {@link dev.langchain4j.exception.InvalidRequestException}.
 *
 * <p>Safe to use from several threads.
 */
public final class TandemChatModel implements ChatModel, AutoCloseable {

    private final ModelParts parts;

    private TandemChatModel(ModelParts parts) {
        this.parts = parts;
    }

    /** Starts from the embedded default; everything may be left as it is. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return parts.chat().prepare(request).answer(AgentListener.NONE, new Cancellation());
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return parts.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return parts.listeners();
    }

    @Override
    public ModelProvider provider() {
        return ModelProvider.OTHER;
    }

    /** The agent that answers. */
    public PhotoSharingAgent agent() {
        return parts.chat().agent();
    }

    /** Frees the weights, unless they belong to an agent that was given. */
    @Override
    public void close() {
        parts.close();
    }

    /** Collects what the model is made from. */
    public static final class Builder extends ModelParts.Builder<Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Loads the weights, unless an agent is given.
         *
         * @throws IllegalArgumentException if there is no such model, or a setting does not fit it
         * @throws dev.tandem.core.weights.WeightException if a file of the model is missing, damaged or does not fit
         */
        public TandemChatModel build() {
            return new TandemChatModel(parts());
        }
    }
}
