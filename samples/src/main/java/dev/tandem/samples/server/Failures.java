package dev.tandem.samples.server;

import dev.tandem.core.config.OneLine;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.CancelledException;
import io.javalin.http.HttpResponseException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told when something goes wrong. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** Does work whose failure is an event where events were sent already, because the status is gone then; and waits until the client has read all. */
    static <T> T during(EventStream events, Supplier<T> work) {
        try (events) {
            return work(events, work);
        }
    }

    private static <T> T work(EventStream events, Supplier<T> work) {
        try {
            return work.get();
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            if (!events.hasBegun()) {
                throw e;
            }
            events.send(Json.error(of(e)));
            throw new StreamFailedException(e);
        }
    }

    static ApiException of(Throwable problem) {
        if (problem instanceof ApiException known) {
            return known;
        }
        if (problem instanceof WithheldException withheld) {
            return ApiException.invalid("prompt", "content_policy_violation", String.valueOf(withheld.getMessage()));
        }
        if (problem instanceof IllegalArgumentException) {
            return ApiException.invalid(null, "invalid_value", OneLine.of(String.valueOf(problem.getMessage())));
        }
        if (problem instanceof HttpResponseException http) {
            int status = http.getStatus();
            String message = status == 404
                    ? "there is nothing at this address; /openapi.json lists what there is"
                    : status == 405 ? "this address takes another method; /openapi.json says which" : "refused";
            return status >= 500
                    ? ApiException.failed()
                    : ApiException.refused(status, status == 404 ? "not_found" : "method_not_allowed", message);
        }
        LOG.error("a request failed", problem);
        return ApiException.failed();
    }

    /** A stream that has told its failure; nothing more is to be sent. */
    static final class StreamFailedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        StreamFailedException(Throwable cause) {
            super(cause);
        }
    }
}
