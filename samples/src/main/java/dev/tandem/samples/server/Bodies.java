package dev.tandem.samples.server;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Reads bodies: not too long, not too slowly, and not too many at a time, because each lies in memory as a whole. */
final class Bodies {

    private static final int PIECE = 1 << 16;

    private final Limits limits;
    private final AtomicLong held = new AtomicLong();

    Bodies(Limits limits) {
        this.limits = limits;
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
            return reader.apply(bytes(context.req().getInputStream(), mine));
        } finally {
            held.addAndGet(-mine[0]);
        }
    }

    private byte[] bytes(InputStream in, long[] mine) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        long end = System.nanoTime() + limits.body().toNanos();
        while (true) {
            int count = next(in, piece);
            if (count < 0) {
                return body.toByteArray();
            }
            mine[0] += count;
            if (held.addAndGet(count) > limits.bodiesBytes()) {
                throw ApiException.busy("too many large requests at a time; ask again in some seconds", 5);
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

    private int next(InputStream in, byte[] piece) throws IOException {
        try {
            return in.read(piece);
        } catch (IOException e) {
            if (e instanceof java.net.SocketTimeoutException || e.getCause() instanceof TimeoutException) {
                throw tooSlow();
            }
            throw e;
        }
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
