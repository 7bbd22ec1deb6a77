package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.samples.cli.ScriptedStages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;

/** A server with scripted stages on a free port, and a client of it. The model says what the user said; {@code <a dog>} is a photo. */
final class Served implements AutoCloseable {

    static final Limits LIMITS = new Limits(
            200_000,
            400_000,
            2,
            1_000_000,
            100,
            6,
            10_000,
            64,
            50,
            Duration.ofSeconds(1),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofSeconds(5));

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final PhotoSharingAgent agent;
    private final WorkQueue queue;
    private final HikariDataSource database;
    final TandemServer server;
    private final String key;

    /** Two servers may share a database. */
    static Served on(Path folder, HikariDataSource database) throws IOException {
        return new Served(folder, new LimitsAndKeys(LIMITS, ApiKeys.none(), "", 2, Integer.MAX_VALUE), database);
    }

    private Served(Path folder, LimitsAndKeys how) throws IOException {
        this(folder, how, Database.inFolder(folder.resolve("data")));
    }

    private Served(Path folder, LimitsAndKeys how, HikariDataSource database) throws IOException {
        Path model = ScriptedStages.folder(folder);
        AgentConfig config = AgentConfig.read(model);
        queue = new WorkQueue(how.queue(), 1);
        agent = PhotoSharingAgent.builder()
                .stages(
                        config,
                        new SeeingStage(new ScriptedStages.Language().create(null)),
                        new ScriptedStages.Bridge().create(config.bridge(), null, null),
                        new ScriptedStages.Image().create(null))
                .runner(queue)
                .build();
        this.database = database;
        server = new TandemServer(
                agent,
                queue,
                database,
                new ServerSettings(
                        "127.0.0.1",
                        0,
                        "default",
                        how.keys(),
                        List.of("https://chat.example"),
                        how.queue(),
                        1,
                        how.perKey(),
                        how.limits()));
        key = how.key();
    }

    private record LimitsAndKeys(Limits limits, ApiKeys keys, String key, int queue, int perKey) {}

    static Served in(Path folder) throws IOException {
        return new Served(folder, new LimitsAndKeys(LIMITS, ApiKeys.none(), "", 2, Integer.MAX_VALUE));
    }

    static Served with(Path folder, Limits limits) throws IOException {
        return new Served(folder, new LimitsAndKeys(limits, ApiKeys.none(), "", 2, Integer.MAX_VALUE));
    }

    static Served withKeys(Path folder, ApiKeys keys, String key) throws IOException {
        return withKeys(folder, keys, key, LIMITS, Integer.MAX_VALUE);
    }

    static Served withKeys(Path folder, ApiKeys keys, String key, Limits limits, int perKey) throws IOException {
        return new Served(folder, new LimitsAndKeys(limits, keys, key, 2, perKey));
    }

    HttpRequest.Builder request(String path) {
        return request(path, key);
    }

    HttpRequest.Builder request(String path, String withKey) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30));
        return withKey.isEmpty() ? request : request.header("Authorization", "Bearer " + withKey);
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE().build());
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
        return postLater(path, body, key);
    }

    CompletableFuture<HttpResponse<String>> postLater(String path, String body, String withKey) {
        return client.sendAsync(
                request(path, withKey).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    /** Says something in a conversation of one message. */
    HttpResponse<String> say(String text) {
        return post("/v1/chat/completions", chat(text, ""));
    }

    static String chat(String text, String more) {
        return "{\"model\":\"default\",\"messages\":[{\"role\":\"user\",\"content\":" + JSON.valueToTree(text) + "}],"
                + "\"modalities\":[\"text\",\"image\"]" + more + "}";
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException("no JSON: " + text, e);
        }
    }

    /** The data of server-sent events. */
    static List<String> events(String body) {
        return body.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .toList();
    }

    /** A picture of one colour as a data: URL. */
    static String picture(int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(
                new java.awt.image.BufferedImage(width, height, java.awt.image.BufferedImage.TYPE_INT_RGB), "png", out);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(out.toByteArray());
    }

    static int width(String dataUrl) throws IOException {
        byte[] png = Base64.getDecoder().decode(dataUrl.substring(dataUrl.indexOf(',') + 1));
        return ImageIO.read(new ByteArrayInputStream(png)).getWidth();
    }

    @Override
    public void close() {
        server.close();
        agent.close();
        queue.close();
        database.close();
    }
}
