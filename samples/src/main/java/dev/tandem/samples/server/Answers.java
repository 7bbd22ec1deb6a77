package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;

/** Sends what is not a stream. */
final class Answers {

    private Answers() {}

    static void send(Context context, JsonNode answer) {
        context.contentType("application/json");
        context.result(Json.bytes(answer));
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
