package dev.tandem.samples.server;

import io.javalin.http.Context;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who gets in. Without keys only programs of this machine do, so a page of the web must not get in through somebody's browser: requests of another origin are refused, and so
 * are those for a host that is not this machine, which a page can bring about by DNS.
 */
final class Access {

    private static final String OWNER = "owner";

    /** Owner of conversations where there are no keys; no key can have this name. */
    private static final String LOCAL = "-local";

    private static final String BEARER = "bearer ";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final ApiKeys keys;
    private final List<String> origins;

    /**
     * A door.
     *
     * @param origins of other pages that may ask, such as {@code https://chat.example}
     */
    Access(ApiKeys keys, List<String> origins) {
        this.keys = keys;
        this.origins = origins;
    }

    /** Who asks. */
    static String owner(Context context) {
        return Objects.requireNonNullElse(context.attribute(OWNER), LOCAL);
    }

    /** Refuses pages of other origins. */
    void checkOrigin(Context context) {
        String host = Objects.requireNonNullElse(context.header("Host"), "").toLowerCase(Locale.ROOT);
        if (keys.isEmpty() && !LOOPBACK.contains(host.replaceFirst(":\\d+$", ""))) {
            throw ApiException.refused(
                    403, "host_not_allowed", "without API keys this server answers only as localhost or 127.0.0.1");
        }
        String origin = context.header("Origin");
        if (origin == null || host.equals(authority(origin))) {
            return;
        }
        if (!origins.contains(origin)) {
            throw ApiException.refused(
                    403, "origin_not_allowed", "pages of other origins may not ask; --cors ORIGIN allows one");
        }
        context.header("Access-Control-Allow-Origin", origin);
        context.header("Vary", "Origin");
    }

    /** Answers a browser that asks whether a page may ask. */
    void preflight(Context context) {
        context.header("Access-Control-Allow-Methods", "GET, POST, DELETE");
        context.header("Access-Control-Allow-Headers", "Authorization, Content-Type");
        context.header("Access-Control-Max-Age", "600");
        context.status(204);
    }

    /** Lets in who has a key. */
    void checkKey(Context context) {
        if (keys.isEmpty() || context.req().getMethod().equals("OPTIONS")) {
            return;
        }
        String header = context.header("Authorization");
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw ApiException.unauthorized("an API key is missing; send it as 'Authorization: Bearer KEY'");
        }
        String owner = keys.owner(header.substring(BEARER.length()).strip());
        if (owner == null) {
            throw ApiException.unauthorized("this API key is not known here");
        }
        context.attribute(OWNER, owner);
    }

    private static @Nullable String authority(String origin) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority == null ? null : authority.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
