package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.samples.cli.Main;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, with the embedded default. */
class ServeCommandTest {

    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private String out() throws IOException {
        return Files.readString(folder.resolve("out"));
    }

    private String err() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private String awaitAddress(Process process) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        Matcher found = ADDRESS.matcher(out());
        while (!found.find()) {
            assertTrue(process.isAlive() && System.nanoTime() < end, "it does not start: " + err());
            Thread.sleep(50);
            found = ADDRESS.matcher(out());
        }
        return found.group();
    }

    private HttpResponse<String> post(String url, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theDefaultChatsAndWhatItAcknowledgedOutlivesKill() throws Exception {
        String data = folder.resolve("data").toString();
        Process process = start("--port", "0", "--data", data);
        String id;
        String text;
        try {
            String address = awaitAddress(process);
            assertTrue((out() + err()).contains("no image guard is set"));
            id = Served.json(post(address + "/v1/conversations", "")).path("id").asText();
            HttpResponse<String> response = post(
                    address + "/v1/chat/completions",
                    Served.chat(
                            "Can you show me a photo of a red car in the snow?",
                            ",\"seed\":1,\"conversation\":\"" + id + "\""));
            assertEquals(200, response.statusCode(), response.body());
            JsonNode message = Served.json(response).path("choices").path(0).path("message");
            text = message.path("content").asText();
            assertFalse(text.contains("[IMG]"));
            JsonNode photo = message.path("images").path(0);
            assertTrue(photo.path("caption").asText().contains("car"), response.body());
            assertEquals(96, Served.width(photo.path("image_url").path("url").asText()));
        } finally {
            process.destroyForcibly().waitFor(); // kill -9
        }
        process = start("--port", "0", "--data", data);
        try {
            HttpResponse<String> said = client.send(
                    HttpRequest.newBuilder(URI.create(awaitAddress(process) + "/v1/conversations/" + id + "/messages"))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode answer = Served.json(said).path("data").path(1);
            assertEquals(text, answer.path("content").asText());
            assertEquals(1, answer.path("images").size());
            process.destroy(); // SIGTERM
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(143, process.exitValue());
            assertFalse(err().contains("interrupted"), err());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aCheckerThatIsNamedLooksAtPictures() throws Exception {
        URL checker = Objects.requireNonNull(ServeCommandTest.class.getResource("/parity/safety-checker/model"));
        Process process = start(
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString(),
                "--safety-checker",
                Path.of(checker.toURI()).toString());
        try {
            awaitAddress(process);
            assertTrue(out().contains("Pictures are checked by a safety checker"), out());
            assertFalse(out().contains("not checked"), out());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void otherAddressesNeedKeys() throws Exception {
        Process process = start("--host", "0.0.0.0");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue());
        assertTrue(err().contains("needs --keys FILE"), err());
        assertEquals("", out());
    }

    @Test
    void limitsOfKeysNeedKeys() throws Exception {
        Process process = start("--per-key", "3");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue());
        assertTrue(err().contains("--per-key needs --keys FILE"), err());
    }

    @Test
    void aNewKeyIsShownOnceAndItsLineLetsItIn() throws Exception {
        Process process = start("--new-key", "ann");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), err());
        List<String> lines = out().lines().toList();
        String key = lines.get(0).substring(lines.get(0).lastIndexOf(' ') + 1);
        String line = lines.get(2);
        assertTrue(line.matches("ann:[0-9a-f]{64}"), line);
        assertFalse(line.contains(key));
        Path file = Files.writeString(folder.resolve("keys"), line);
        assertEquals("ann", ApiKeys.read(file).owner(key));
        assertNotEquals("ann", ApiKeys.read(file).owner(key + "x"));
    }
}
