package dev.tandem.samples.server;

import org.jspecify.annotations.Nullable;

/** A request that is not answered, with what the client is told: OpenAI's statuses, types and codes. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private static final String INVALID = "invalid_request_error";

    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;
    private final int retryAfter;

    private ApiException(
            int status,
            String type,
            @Nullable String param,
            @Nullable String code,
            String message,
            int retryAfterSeconds) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfter = retryAfterSeconds;
    }

    /** Something is wrong with the request. */
    static ApiException invalid(@Nullable String param, @Nullable String code, String message) {
        return new ApiException(400, INVALID, param, code, message, 0);
    }

    /** A parameter that asks for what this server does not do. */
    static ApiException unsupported(String param, String message) {
        return invalid(param, "unsupported_parameter", message);
    }

    /** Another status than 400, for which the request is to blame. */
    static ApiException refused(int status, String code, String message) {
        return new ApiException(status, INVALID, null, code, message, 0);
    }

    static ApiException notFound(@Nullable String param, String code, String message) {
        return new ApiException(404, INVALID, param, code, message, 0);
    }

    static ApiException unauthorized(String message) {
        return new ApiException(401, "authentication_error", null, "invalid_api_key", message, 0);
    }

    /** There are too many requests; later there may be fewer. */
    static ApiException busy(String message, int retryAfterSeconds) {
        return new ApiException(429, "rate_limit_error", null, "queue_full", message, retryAfterSeconds);
    }

    /** One key has too many requests under way; there is room for others. */
    static ApiException tooManyOfKey(int count, int retryAfterSeconds) {
        return new ApiException(
                429,
                "rate_limit_error",
                null,
                "rate_limit_exceeded",
                "this key has " + count
                        + " requests under way already, and no more at a time; ask again when one of them ended",
                retryAfterSeconds);
    }

    /** The server stops; another one, or this one again, will answer. */
    static ApiException stopping() {
        return new ApiException(
                503, "server_error", null, "shutting_down", "the server is shutting down; ask again later", 5);
    }

    /** The answer took too long. */
    static ApiException late(long seconds) {
        return new ApiException(
                504,
                "server_error",
                null,
                "timeout",
                "there was no answer within " + seconds + " seconds; ask for fewer photos or steps, or later",
                0);
    }

    /** The server is to blame. The log says why, the client does not learn it. */
    static ApiException failed() {
        return new ApiException(
                500,
                "server_error",
                null,
                "internal_error",
                "something went wrong here; the server's log says what",
                0);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    @Nullable
    String param() {
        return param;
    }

    @Nullable
    String code() {
        return code;
    }

    /** Seconds after which a client may ask again; 0 where that does not help. */
    int retryAfter() {
        return retryAfter;
    }
}
