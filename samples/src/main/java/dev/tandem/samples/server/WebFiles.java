package dev.tandem.samples.server;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The web chat's files, from the class path: names of a plain form with a known ending, so that no path leads out of their folder. */
final class WebFiles {

    private static final String FOLDER = "web/";
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "json", "application/json",
            "webmanifest", "application/manifest+json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "txt", "text/plain;charset=utf-8");

    private WebFiles() {}

    static void send(Context context, String path) throws IOException {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        byte[] content = type != null && PLAIN.matcher(path).matches() ? read(FOLDER + path) : null;
        if (type == null || content == null) {
            throw new NotFoundResponse();
        }
        context.header("Cache-Control", "no-cache"); // a new version is seen at once
        context.contentType(type);
        context.result(content);
    }

    /** The document that describes the API. */
    static void openApi(Context context) throws IOException {
        byte[] content = read("openapi.json");
        if (content == null) {
            throw new NotFoundResponse();
        }
        context.contentType("application/json");
        context.result(content);
    }

    private static byte @Nullable [] read(String name) throws IOException {
        try (InputStream in = WebFiles.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        }
    }
}
