package dev.tandem.core.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a hosted model streams on threads of its client, handed to the thread that asked. */
final class PieceQueue implements StreamingChatResponseHandler {

    /** How often a silent model is asked whether it is still wanted. */
    private static final long LOOK_MILLIS = 50;

    private sealed interface Event {}

    private record Piece(String text) implements Event {}

    private record Done(ChatResponse response) implements Event {}

    private record Failed(Throwable cause) implements Event {}

    private final Cancellation cancellation;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable StreamingHandle handle;

    PieceQueue(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    @Override
    public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
        handle = context.streamingHandle();
        if (cancellation.isCancelled()) {
            context.streamingHandle().cancel();
        }
        onPartialResponse(piece.text());
    }

    @Override
    public void onPartialResponse(String piece) {
        events.add(new Piece(piece));
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        events.add(new Done(response));
    }

    @Override
    public void onError(Throwable error) {
        events.add(new Failed(error));
    }

    /**
     * Passes on all pieces and waits for the end.
     *
     * @throws CancelledException if cancelled
     * @throws RuntimeException what the model failed with
     */
    ChatResponse drain(Consumer<String> listener) {
        while (true) {
            Event event = next();
            if (event instanceof Piece piece) {
                listener.accept(piece.text());
            } else if (event instanceof Done done) {
                return done.response();
            } else if (event instanceof Failed failed) {
                throw failed.cause() instanceof RuntimeException e
                        ? e
                        : new IllegalStateException(
                                "the hosted language model failed: " + failed.cause(), failed.cause());
            }
        }
    }

    private Event next() {
        while (true) {
            if (cancellation.isCancelled()) {
                StreamingHandle streaming = handle;
                if (streaming != null) {
                    streaming.cancel();
                }
                throw new CancelledException();
            }
            try {
                Event event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    return event;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException();
            }
        }
    }
}
