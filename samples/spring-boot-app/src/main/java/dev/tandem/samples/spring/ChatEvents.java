package dev.tandem.samples.spring;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** A stream of events to one client, whose end ends the answer, too. */
final class ChatEvents {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final SseEmitter emitter = new SseEmitter(LONGEST.toMillis());
    private volatile @Nullable StreamingHandle handle;
    private volatile boolean gone;

    ChatEvents() {
        emitter.onError(e -> hangUp());
        emitter.onTimeout(this::hangUp);
    }

    SseEmitter emitter() {
        return emitter;
    }

    void cancelWith(StreamingHandle handle) {
        this.handle = handle;
        if (gone) {
            handle.cancel();
        }
    }

    void send(String name, Object data) {
        try {
            emitter.send(SseEmitter.event().name(name).data(data));
        } catch (IOException | IllegalStateException e) { // the client hung up
            hangUp();
        }
    }

    void end() {
        send("end", "");
        emitter.complete();
    }

    /** Says what the client can change, and nothing of the inside. */
    void fail(Throwable e) {
        send("error", e instanceof InvalidRequestException ? String.valueOf(e.getMessage()) : "the answer failed");
        emitter.complete();
    }

    private void hangUp() {
        gone = true;
        StreamingHandle current = handle;
        if (current != null) {
            current.cancel();
        }
    }
}
