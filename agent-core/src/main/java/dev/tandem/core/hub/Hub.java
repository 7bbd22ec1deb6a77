package dev.tandem.core.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.file.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A hub of models that speaks Hugging Face's protocol: lists the files of a model, and fetches them. A download that breaks off goes on
 * where it was, in the same call or in a later one; a file appears under its name only when it is whole and its checksum is right.
 *
 * <p>The token goes to the hub alone, never to where it redirects to. Safe for use by several threads.
 */
public final class Hub {

    /** The public hub. */
    public static final URI HUGGING_FACE = URI.create("https://huggingface.co");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_LIST_BYTES = 16 << 20;
    private static final int MAX_FILES = 10_000;
    private static final int MAX_REDIRECTS = 5;
    private static final int BUFFER = 1 << 16;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>;\\s*rel=\"next\"");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-.*");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}");

    private final URI address;
    private final @Nullable String token;
    private final int attempts;
    private final Duration pause;
    private final Duration timeout;
    private final HttpClient client;

    private Hub(Builder builder) {
        address = builder.address;
        token = builder.token;
        attempts = builder.attempts;
        pause = builder.pause;
        timeout = builder.timeout;
        client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Where it is. */
    public URI address() {
        return address;
    }

    /**
     * The files of a model.
     *
     * @param revision branch, tag or commit
     * @throws HubException if there is no such model, it may not be read, or the hub does not answer as it should
     */
    public List<HubFile> files(ModelName model, String revision) {
        if (!REVISION.matcher(revision).matches()) {
            throw new IllegalArgumentException("'" + revision + "' is no branch, tag or commit");
        }
        List<HubFile> files = new ArrayList<>();
        URI next = address.resolve("/api/models/" + model + "/tree/" + encoded(revision) + "?recursive=true");
        while (next != null) {
            URI place = next;
            Page answer = persistently("reading the list of files of " + model, why -> {}, () -> page(place, model));
            JsonNode page = answer.files();
            for (JsonNode entry : page) {
                if (entry.path("type").asText().equals("file")) {
                    files.add(file(entry));
                }
            }
            if (files.size() > MAX_FILES) {
                throw new HubException(model + " has more than " + MAX_FILES + " files, which is no model");
            }
            next = answer.next();
        }
        return files;
    }

    private static HubFile file(JsonNode entry) {
        JsonNode large = entry.path("lfs");
        return new HubFile(
                entry.path("path").asText(),
                large.path("size").asLong(entry.path("size").asLong()),
                Optional.ofNullable(large.path("oid").textValue()));
    }

    private record Page(JsonNode files, @Nullable URI next) {}

    private Page page(URI place, ModelName model) throws IOException {
        HttpResponse<InputStream> response = get(place, 0, model);
        return new Page(json(response, model), next(response, place));
    }

    private static @Nullable URI next(HttpResponse<?> response, URI page) {
        Optional<String> link = response.headers().firstValue("Link");
        Matcher matcher = NEXT.matcher(link.orElse(""));
        return matcher.find() ? page.resolve(matcher.group(1)) : null;
    }

    private JsonNode json(HttpResponse<InputStream> response, ModelName model) throws IOException {
        try (InputStream body = body(response)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                bytes.write(buffer, 0, n);
                if (bytes.size() > MAX_LIST_BYTES) {
                    throw new HubException(
                            "the list of files of " + model + " has more than " + MAX_LIST_BYTES + " bytes");
                }
            }
            JsonNode page = JSON.readTree(bytes.toByteArray());
            if (!page.isArray()) {
                throw new HubException(address + " answers for " + model + " with something else than a list of files;"
                        + " is it a hub?");
            }
            return page;
        } catch (JsonProcessingException e) {
            throw new HubException(address + " answers for " + model + " with no JSON; is it a hub?", e);
        }
    }

    private InputStream body(HttpResponse<InputStream> response) {
        return new TimedStream(response.body(), timeout);
    }

    /**
     * Fetches a file. What an earlier call got is kept beside the target and gone on with.
     *
     * @param target where it goes; its folder exists
     * @throws HubException if it can't be fetched, or is not what the hub said
     */
    public void download(ModelName model, String revision, HubFile file, Path target, PullListener listener) {
        Path part = target.resolveSibling("." + target.getFileName() + ".part");
        URI place = address.resolve("/" + model + "/resolve/" + encoded(revision) + "/" + encodedPath(file.path()));
        persistently("fetching " + file.path() + " of " + model, why -> listener.retrying(file, why), () -> {
            receive(place, file, part, model, listener);
            return file;
        });
        try {
            check(model, file, part);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            listener.finished(file);
        } catch (IOException e) {
            throw new HubException("cannot write " + target + ": " + e.getMessage(), e);
        }
    }

    private interface Attempt<T> {
        T make() throws IOException;
    }

    /** Tries again where the network failed, after a longer pause each time. */
    private <T> T persistently(String what, Consumer<String> again, Attempt<T> attempt) {
        for (int i = 1; ; i++) {
            try {
                return attempt.make();
            } catch (IOException e) {
                if (i == attempts) {
                    throw new HubException(
                            what + " broke off " + attempts + " times (" + e.getMessage()
                                    + "); pull again to go on where it was",
                            e);
                }
                again.accept(String.valueOf(e.getMessage()));
                pause(what, i);
            }
        }
    }

    private void pause(String what, int times) {
        try {
            Thread.sleep(pause.toMillis() * times);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(what + " was interrupted; pull again to go on where it was", e);
        }
    }

    private void receive(URI place, HubFile file, Path part, ModelName model, PullListener listener)
            throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have > file.bytes()) {
            Files.delete(part);
            have = 0;
        }
        if (have == file.bytes() && Files.exists(part)) {
            return;
        }
        HttpResponse<InputStream> response = get(place, have, model);
        boolean goesOn = response.statusCode() == 206 && start(response) == have;
        try (InputStream body = body(response);
                OutputStream out = goesOn
                        ? Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                        : Files.newOutputStream(part)) {
            long left = file.bytes() - (goesOn ? have : 0);
            byte[] buffer = new byte[BUFFER];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                left -= n;
                if (left < 0) {
                    throw new HubException(
                            file.path() + " of " + model + " is longer than the hub said (" + file.bytes() + " bytes)");
                }
                out.write(buffer, 0, n);
                listener.received(file, n);
            }
            if (left > 0) {
                throw new IOException("the connection ended " + left + " bytes early");
            }
        }
    }

    private static long start(HttpResponse<?> response) {
        Matcher matcher = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static void check(ModelName model, HubFile file, Path part) throws IOException {
        if (file.sha256().isEmpty()) {
            return;
        }
        try (InputStream in = Files.newInputStream(part)) {
            MessageDigest digest = Sha256.digest();
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(file.sha256().get())) {
                Files.delete(part);
                throw new HubException(file.path() + " of " + model + " has the checksum " + found + ", the hub says "
                        + file.sha256().get() + "; it was thrown away, pull again");
            }
        }
    }

    /** Follows redirects by hand, so that the token does not follow them. */
    private HttpResponse<InputStream> get(URI first, long from, ModelName model) throws IOException {
        URI place = first;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(place).timeout(timeout).header("User-Agent", "tandem");
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            if (token != null && sameOrigin(place)) {
                request.header("Authorization", "Bearer " + token);
            }
            HttpResponse<InputStream> response = send(request.build());
            int status = response.statusCode();
            if (status == 200 || status == 206) {
                return response;
            }
            Optional<String> location = response.headers().firstValue("Location");
            response.body().close();
            if (status >= 500) {
                throw new IOException(place.getHost() + " answers " + status);
            }
            if (status < 300 || status >= 400 || location.isEmpty()) {
                throw refused(status, model, place);
            }
            place = place.resolve(location.get());
            if (!place.getScheme().equals("https") && !place.getScheme().equals(address.getScheme())) {
                throw new HubException(address + " redirects to " + place.getScheme() + ", which is not safe");
            }
        }
        throw new HubException(first + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private boolean sameOrigin(URI place) {
        return address.getScheme().equals(place.getScheme())
                && address.getHost().equalsIgnoreCase(place.getHost())
                && address.getPort() == place.getPort();
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new IOException(
                    "cannot reach " + request.uri().getHost() + " ("
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                            + "); check the network, or choose another hub with HF_ENDPOINT",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("interrupted while asking " + request.uri().getHost(), e);
        }
    }

    private HubException refused(int status, ModelName model, URI place) {
        return new HubException(
                switch (status) {
                    case 401, 403 ->
                        "the hub does not let you read " + model + " (" + status + "): "
                                + (token == null
                                        ? "put a token into HF_TOKEN"
                                        : "accept the model's conditions on its page, or use another token");
                    case 404 -> "there is no " + model + " at " + address + ", or no such file or revision in it (404)";
                    case 429 -> "the hub asks for patience (429); pull again later to go on where it was";
                    default -> place.getHost() + " answers " + status + " for " + model;
                });
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String encodedPath(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            parts.add(encoded(part));
        }
        return String.join("/", parts);
    }

    /** Builds a {@link Hub}; without settings it is what the environment says: HF_ENDPOINT and HF_TOKEN. */
    public static final class Builder {

        private URI address = HUGGING_FACE;
        private @Nullable String token;
        private int attempts = 5;
        private Duration pause = Duration.ofSeconds(1);
        private Duration timeout = Duration.ofSeconds(30);

        private Builder() {}

        /**
         * Where it is: {@code https://…}; {@code http} for tests and mirrors of one's own.
         *
         * @throws IllegalArgumentException if it is no such address
         */
        public Builder address(String value) {
            URI uri;
            try {
                uri = URI.create(value.endsWith("/") ? value : value + "/");
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + value + "' is no address of a hub", e);
            }
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
                throw new IllegalArgumentException(
                        "'" + value + "' is no address of a hub; write it as https://huggingface.co");
            }
            address = uri;
            return this;
        }

        /** Lets one read models that are not public; null for none. */
        public Builder token(@Nullable String value) {
            token = value == null || value.isBlank() ? null : value.strip();
            return this;
        }

        /** How often a file is tried. */
        public Builder attempts(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("a file is tried at least once, got " + value);
            }
            attempts = value;
            return this;
        }

        /** How long to wait after the first failure, twice as long after the second and so on. */
        public Builder pause(Duration value) {
            pause = value;
            return this;
        }

        /** How long a connection may take, and how long nothing may come. */
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        public Hub build() {
            return new Hub(this);
        }
    }
}
