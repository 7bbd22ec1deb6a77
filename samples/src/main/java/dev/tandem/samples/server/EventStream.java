package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.CancelledException;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events. The status is sent with the first event, so that what goes wrong before has one of its own; what goes wrong later is an event. A client that does not
 * read ends the answer.
 */
final class EventStream {

    private final Context context;
    private @Nullable OutputStream out;

    EventStream(Context context) {
        this.context = context;
    }

    boolean hasBegun() {
        return out != null;
    }

    /** Sends an event without a name, as chat completions have. */
    void send(JsonNode data) {
        write("", Json.bytes(data));
    }

    /** Sends an event whose name is also the data's {@code type}. */
    void send(String name, JsonNode data) {
        write("event: " + name + "\n", Json.bytes(data));
    }

    /** Says that nothing more comes. */
    void done() {
        write("", "[DONE]".getBytes(StandardCharsets.US_ASCII));
    }

    private void write(String head, byte[] data) {
        try {
            OutputStream to = begun();
            to.write((head + "data: ").getBytes(StandardCharsets.US_ASCII));
            to.write(data);
            to.write("\n\n".getBytes(StandardCharsets.US_ASCII));
            to.flush();
        } catch (IOException e) {
            throw new CancelledException();
        }
    }

    private OutputStream begun() throws IOException {
        OutputStream begun = out;
        if (begun == null) {
            context.res().setStatus(200);
            context.res().setContentType("text/event-stream;charset=utf-8");
            context.res().setHeader("X-Accel-Buffering", "no"); // proxies would collect events
            begun = context.res().getOutputStream();
            out = begun;
        }
        return begun;
    }
}
