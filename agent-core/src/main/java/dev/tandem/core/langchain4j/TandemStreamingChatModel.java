package dev.tandem.core.langchain4j;

import dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.caption.Caption;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The agent as a streaming chat model of LangChain4j: words as they come, then each photo as it is drawn, told by {@link PhotoEvent}s; the complete answer
 * carries words and photos. Cancelling the {@link StreamingHandle} ends the words within one token and a photo within one step; the handler hears
 * nothing more.
 *
 * <p>What holds of {@link TandemChatModel} holds of it.
 */
public final class TandemStreamingChatModel implements StreamingChatModel, AutoCloseable {

    private final ModelParts parts;
    private final Executor executor;

    private TandemStreamingChatModel(ModelParts parts, Executor executor) {
        this.parts = parts;
        this.executor = executor;
    }

    /** Starts from the embedded default; everything may be left as it is. */
    public static Builder builder() {
        return new Builder();
    }

    /** Answers on another thread; what the model has not is refused on this one. */
    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        AgentChat.Answering answering = parts.chat().prepare(request);
        executor.execute(() -> {
            Streamed streamed = new Streamed(handler);
            ChatResponse response;
            try {
                response = answering.answer(streamed, streamed.cancellation);
            } catch (CancelledException e) {
                if (!streamed.isCancelled()) { // the agent was closed
                    InternalStreamingChatResponseHandlerUtils.withLoggingExceptions(() -> handler.onError(e));
                }
                return;
            } catch (RuntimeException e) {
                InternalStreamingChatResponseHandlerUtils.withLoggingExceptions(() -> handler.onError(e));
                return;
            }
            InternalStreamingChatResponseHandlerUtils.onCompleteResponse(handler, response);
        });
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

    /** Passes a reply on to a handler. */
    private static final class Streamed implements AgentListener, StreamingHandle {

        private final StreamingChatResponseHandler handler;
        private final Cancellation cancellation = new Cancellation();

        Streamed(StreamingChatResponseHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onText(String piece) {
            InternalStreamingChatResponseHandlerUtils.onPartialResponse(handler, piece, this);
        }

        @Override
        public void onCaptionStart() {
            tell(new PhotoEvent.Begun());
        }

        @Override
        public void onDrawing(Caption caption, int step, int steps) {
            tell(new PhotoEvent.Drawing(caption.text(), step, steps));
        }

        @Override
        public void onJudged(Caption caption, Verdict verdict) {
            tell(new PhotoEvent.Judged(caption.text(), verdict));
        }

        @Override
        public void onPhoto(Photo photo) {
            tell(new PhotoEvent.Shared(LangChain4jMessages.toLangChain4j(photo)));
        }

        private void tell(PhotoEvent event) {
            InternalStreamingChatResponseHandlerUtils.onUnmappedRawEvent(handler, event);
        }

        @Override
        public void cancel() {
            cancellation.cancel();
        }

        @Override
        public boolean isCancelled() {
            return cancellation.isCancelled();
        }
    }

    /** Collects what the model is made from. */
    public static final class Builder extends ModelParts.Builder<Builder> {

        private @Nullable Executor executor;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Runs the answers; threads of the model's own, as many as there are requests, if not set. */
        public Builder executor(@Nullable Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Loads the weights, unless an agent is given.
         *
         * @throws IllegalArgumentException if there is no such model, or a setting does not fit it
         * @throws dev.tandem.core.weights.WeightException if a file of the model is missing, damaged or does not fit
         */
        public TandemStreamingChatModel build() {
            return new TandemStreamingChatModel(parts(), executor == null ? ownThreads() : executor);
        }

        private static Executor ownThreads() {
            AtomicInteger count = new AtomicInteger();
            return Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work, "tandem-chat-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
    }
}
