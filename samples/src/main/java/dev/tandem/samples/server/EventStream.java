package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.CancelledException;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.eclipse.jetty.server.HttpConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events. The status is sent with the first one, so that what goes wrong before has one of its own; what goes wrong later is an event.
 *
 * <p>Events lie in a buffer until a thread of the stream's own has written them: who answers never waits for a client. A client that does not read gets no previews, then its
 * answer is cancelled; one that reads slowly may finish when the answer has ended, and nobody waits for it but its own request.
 */
final class EventStream implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** Unread bytes from which on previews are left out. */
    private static final int BEHIND_BYTES = 1 << 17;

    /** Unread bytes of one stream, more than its longest answer. */
    private static final long MOST_BYTES = 64L << 20;

    /** Proxies close connections on which nothing comes for some time, often a minute. */
    private static final long REPEAT_NANOS = 10_000_000_000L;

    private final Context context;
    private final HttpConnection connection = HttpConnection.getCurrentConnection();
    private final Duration drain;
    private final Deque<byte[]> unread = new ArrayDeque<>();
    private long unreadBytes;
    private boolean begun;
    private boolean writing;
    private boolean ended;
    private boolean gone;
    private int toldBefore = -1;
    private long toldAt;

    /**
     * A stream, made by the thread that handles the request.
     *
     * @param drain how long a client may still read when the answer has ended
     */
    EventStream(Context context, Duration drain) {
        this.context = context;
        this.drain = drain;
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /** Whether the client reads so slowly that it gets only what it must. */
    synchronized boolean isBehind() {
        return unreadBytes > BEHIND_BYTES;
    }

    /** Sends an event without a name, as chat completions have. */
    void send(JsonNode data) {
        put("", Json.bytes(data));
    }

    /** Sends an event whose name is also the data's {@code type}. */
    void send(String name, JsonNode data) {
        put("event: " + name + "\n", Json.bytes(data));
    }

    /** Says that nothing more comes. */
    void done() {
        put("", "[DONE]".getBytes(StandardCharsets.US_ASCII));
    }

    /** Told again and again while the request waits; a comment says so to the client now and then. */
    synchronized void waiting(int before) {
        long now = System.nanoTime();
        if (!gone && !ended && (before != toldBefore || now - toldAt > REPEAT_NANOS)) {
            toldBefore = before;
            toldAt = now;
            put((": waiting, " + before + " before you\n\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void put(String head, byte[] data) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(head.length() + data.length + 8);
        event.writeBytes((head + "data: ").getBytes(StandardCharsets.US_ASCII));
        event.writeBytes(data);
        event.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
        put(event.toByteArray());
    }

    private synchronized void put(byte[] event) {
        if (unreadBytes + event.length > MOST_BYTES) {
            gone = true;
            notifyAll();
        }
        if (gone) {
            throw new CancelledException();
        }
        unread.add(event);
        unreadBytes += event.length;
        if (!begun) {
            begun = true;
            writing = true;
            Thread writer = new Thread(this::write, "tandem-stream");
            writer.setDaemon(true);
            writer.start();
        }
        notifyAll();
    }

    private void write() {
        try {
            context.res().setStatus(200);
            context.res().setContentType("text/event-stream;charset=utf-8");
            context.res().setHeader("X-Accel-Buffering", "no"); // proxies would collect events
            OutputStream out = context.res().getOutputStream();
            for (byte[] event = next(); event.length > 0; event = next()) {
                out.write(event);
                out.flush();
                written(event.length);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("a client has gone while its answer was sent", e);
            synchronized (this) {
                gone = true;
            }
        } finally {
            synchronized (this) {
                writing = false;
                notifyAll();
            }
        }
    }

    /** The next event; empty where nothing more comes. */
    private synchronized byte[] next() throws IOException {
        try {
            while (unread.isEmpty() && !ended && !gone) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        return gone || unread.isEmpty() ? new byte[0] : unread.remove();
    }

    private synchronized void written(int bytes) {
        unreadBytes -= bytes;
    }

    /** The answer has ended. Waits, on the thread that handles the request, until the client has read it; closes the connection where that takes too long. */
    @Override
    public void close() {
        if (!await(System.nanoTime() + drain.toNanos())) {
            connection.getEndPoint().close(); // the write that waits ends with an exception
            await(Long.MAX_VALUE);
        }
    }

    /** Whether nothing is written any more, after a wait; the response belongs to the writer until then. */
    private synchronized boolean await(long endNanos) {
        ended = true;
        notifyAll();
        boolean interrupted = false;
        boolean last = endNanos == Long.MAX_VALUE;
        while (writing && (last || (!gone && !interrupted && endNanos - System.nanoTime() > 0))) {
            try {
                wait(last ? 0 : Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !writing;
    }
}
