package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what is not a stream. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /** Sends it now and not when the handler has ended: until then a place of its key is taken ({@link PerKey}). */
    static void send(Context context, JsonNode answer) {
        byte[] bytes = Json.bytes(answer);
        context.contentType("application/json");
        context.res().setContentLength(bytes.length);
        try {
            context.res().getOutputStream().write(bytes);
            context.res().flushBuffer();
        } catch (IOException e) {
            LOG.debug("a client has gone while its answer was sent", e);
        }
    }

    /** Sends why there is no answer. */
    static void send(Context context, ApiException problem) {
        context.status(problem.status());
        if (problem.retryAfter() > 0) {
            context.header("Retry-After", Integer.toString(problem.retryAfter()));
        }
        if (problem.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
        if (problem.status() == 413 || problem.status() == 408) {
            context.header("Connection", "close"); // the rest of the body is not read
        }
        send(context, Json.error(problem));
    }
}
