package dev.tandem.samples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.tandem.samples.SampleProgram;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a stand-in on this machine that speaks OpenAI's streaming API. */
class HostedWriterTest {

    private static final List<String> PIECES = List.of("Here ", "it is: [I", "MG] a red car in the", " snow [/IMG]");

    @TempDir
    Path folder;

    @Test
    void whatAHostedModelDescribesIsDrawnHere() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            asked.complete(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                for (String piece : PIECES) {
                    out.write(chunk("{\"content\": \"" + piece + "\"}", "null"));
                    out.flush();
                }
                out.write(chunk("{}", "\"stop\""));
                out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
            }
        });
        server.start();
        try {
            List<String> lines = SampleProgram.run(
                    HostedWriter.class,
                    folder,
                    "Show me your car!",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/v1",
                    "stand-in",
                    "secret");
            assertEquals(List.of("Here it is:", "photo.png shows a red car in the snow"), lines);
            assertTrue(ImageIO.read(folder.resolve("photo.png").toFile()).getWidth() > 0);
        } finally {
            server.stop(0);
        }
        JsonNode request = new ObjectMapper().readTree(asked.get(1, TimeUnit.SECONDS));
        assertEquals("system", request.at("/messages/0/role").asText());
        assertEquals("Show me your car!", request.at("/messages/1/content").asText());
    }

    private static byte[] chunk(String delta, String finish) {
        return ("data: {\"id\": \"1\", \"object\": \"chat.completion.chunk\", \"created\": 1, \"model\": \"stand-in\", \"choices\": [{\"index\": 0, \"delta\": "
                        + delta + ", \"finish_reason\": " + finish + "}]}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
