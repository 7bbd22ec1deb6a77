package dev.tandem.samples.server;

import dev.tandem.core.stage.CancelledException;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bodies: not too long, not too slowly, and not too many at a time, because each lies in memory as a whole. */
final class Bodies {

    private static final Logger LOG = LoggerFactory.getLogger(Bodies.class);
    private static final int PIECE = 1 << 16;
    private static final long MOST_SKIPPED = 64L << 20;
    private static final long SKIP_NANOS = 5_000_000_000L;

    private final Limits limits;
    private final AtomicLong held = new AtomicLong();
    private final BodyReaders readers;

    /**
     * A reader.
     *
     * @param most how many are read at a time, each by a thread
     */
    Bodies(Limits limits, int most) {
        this.limits = limits;
        this.readers = new BodyReaders(most);
    }

    /**
     * Reads the body and hands it on; its memory counts until that is done.
     *
     * @throws ApiException if it is too long, too slow, or there are too many bodies
     */
    <T> T read(Context context, Function<byte[], T> reader) throws IOException {
        if (context.req().getContentLengthLong() > limits.bodyBytes()) {
            throw tooLong();
        }
        long[] mine = {0};
        try {
            byte[] body;
            try (BodyReaders.Reader reading = readers.begin(giveUp())) {
                body = bytes(context.req().getInputStream(), mine, reading);
            }
            return reader.apply(body);
        } finally {
            held.addAndGet(-mine[0]);
        }
    }

    /** Memory that a request takes until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Counts what a request has read elsewhere as if it had come in its body.
     *
     * @throws ApiException if there is too much already
     */
    Held hold(long bytes) {
        if (held.addAndGet(bytes) > limits.bodiesBytes()) {
            held.addAndGet(-bytes);
            throw tooMuch();
        }
        return () -> held.addAndGet(-bytes);
    }

    private static ApiException tooMuch() {
        return ApiException.busy("too many large requests at a time; ask again in some seconds", 5);
    }

    /** Reads the rest of a body that is refused, within reason: a client that is still sending would not hear why. One that asked first hears it at once. */
    void skip(Context context) {
        if (context.header("Expect") != null || !hasBody(context)) {
            return;
        }
        byte[] piece = new byte[PIECE];
        long end = System.nanoTime() + SKIP_NANOS;
        long left = MOST_SKIPPED;
        try (BodyReaders.Reader reading = readers.begin(giveUp())) {
            InputStream in = context.req().getInputStream();
            while (left > 0 && System.nanoTime() - end < 0) {
                int count = in.read(piece);
                if (count < 0) {
                    return;
                }
                reading.read(count);
                left -= count;
            }
        } catch (IOException | ApiException e) {
            LOG.debug("a client has gone while its request was refused, or there are too many", e);
        }
    }

    /** Ends the read of this thread's connection that waits for more, as if nothing had come for too long. */
    private static Runnable giveUp() {
        EndPoint end = HttpConnection.getCurrentConnection().getEndPoint();
        return () -> {
            if (end instanceof AbstractEndPoint waiting) {
                waiting.getFillInterest().onFail(new TimeoutException("others could not wait"));
            }
        };
    }

    private static boolean hasBody(Context context) {
        return context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
    }

    private byte[] bytes(InputStream in, long[] mine, BodyReaders.Reader reading) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        long end = System.nanoTime() + limits.body().toNanos();
        while (true) {
            int count = next(in, piece, reading);
            if (count < 0) {
                return body.toByteArray();
            }
            reading.read(count);
            mine[0] += count;
            if (held.addAndGet(count) > limits.bodiesBytes()) {
                throw tooMuch();
            }
            if (mine[0] > limits.bodyBytes()) {
                throw tooLong();
            }
            if (System.nanoTime() - end > 0) {
                throw tooSlow();
            }
            body.write(piece, 0, count);
        }
    }

    private int next(InputStream in, byte[] piece, BodyReaders.Reader reading) {
        try {
            int count = in.read(piece);
            if (count >= 0 && reading.isGone()) {
                throw madeRoom();
            }
            return count;
        } catch (IOException e) {
            if (reading.isGone()) {
                throw madeRoom();
            }
            if (e instanceof java.net.SocketTimeoutException || e.getCause() instanceof TimeoutException) {
                throw tooSlow();
            }
            LOG.debug("a client has gone while it sent its body", e);
            throw new CancelledException();
        }
    }

    private static ApiException madeRoom() {
        return ApiException.refused(
                408, "body_too_slow", "the body came slowly, and others could not wait; send it again, faster");
    }

    private ApiException tooSlow() {
        return ApiException.refused(
                408,
                "body_too_slow",
                "the body did not come within " + limits.body().toSeconds() + " seconds");
    }

    private ApiException tooLong() {
        return ApiException.refused(
                413,
                "body_too_large",
                "the body has more than " + limits.bodyBytes() + " bytes; send smaller or fewer pictures");
    }
}
