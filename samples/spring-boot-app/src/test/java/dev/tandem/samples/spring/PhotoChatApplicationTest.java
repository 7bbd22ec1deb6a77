package dev.tandem.samples.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The application as its clients meet it: over HTTP, with the embedded default. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"spring.datasource.url=jdbc:h2:mem:photo-chat", "tandem.seed=1"})
class PhotoChatApplicationTest {

    private static final String CAR = "Can you show me a photo of a red car in the snow?";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @LocalServerPort
    int port;

    @Autowired
    ChatMemoryStore store;

    @Test
    void answersWithAPhotoAndRemembersIt() throws Exception {
        JsonNode answer = json.readTree(ok(post("/chat/holiday", CAR)));
        assertTrue(answer.path("text").asText().contains("red car"), answer.toString());
        JsonNode photo = answer.path("photos").path(0);
        assertTrue(photo.path("caption").asText().contains("red car"), answer.toString());
        String prefix = "data:image/png;base64,";
        assertTrue(photo.path("url").asText().startsWith(prefix), answer.toString());
        byte[] png = Base64.getDecoder().decode(photo.path("url").asText().substring(prefix.length()));
        assertNotNull(ImageIO.read(new ByteArrayInputStream(png)));

        JsonNode second = json.readTree(ok(post("/chat/holiday", "Can you draw it at night?")));
        String caption = second.path("photos").path(0).path("caption").asText();
        assertTrue(caption.contains("red car") && caption.contains("night"), second.toString());
        assertEquals(4, store.getMessages("holiday").size());
        assertEquals(0, store.getMessages("another").size());
    }

    @Test
    void wordsAreThereBeforeThePhoto() throws Exception {
        String events = ok(post("/chat/streamed/stream", CAR));
        List<String> names = events.lines()
                .filter(line -> line.startsWith("event:"))
                .map(line -> line.substring(6))
                .distinct()
                .toList();
        assertEquals(List.of("text", "drawing", "photo", "end"), names, events);
        StringBuilder words = new StringBuilder();
        for (String line : events.lines().toList()) {
            if (line.startsWith("data:{\"text\"")) {
                words.append(json.readTree(line.substring(5)).path("text").asText());
            }
        }
        assertTrue(words.toString().contains("a red car in the snow"), words.toString());
        assertEquals(2, store.getMessages("streamed").size());
    }

    @Test
    void saysWhatCannotBeAnsweredAndGoesOn() throws Exception {
        HttpResponse<String> refused = post("/chat/long", "a".repeat(5_000));
        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("at most 4,000 are read"), refused.body());
        ok(post("/chat/long", "Hello!")); // the conversation goes on
        assertEquals(400, post("/chat/empty", " ").statusCode());
        assertEquals(400, post("/chat/empty/stream", " ").statusCode());
        String told = ok(post("/chat/long/stream", "a".repeat(5_000)));
        assertTrue(told.contains("event:error\ndata:the message has 5,000 characters"), told);
    }

    @Test
    void bracesAreLettersLikeOthers() throws Exception {
        ok(post("/chat/braces", "Hello {{name}} {{message}}"));
        UserMessage asked = (UserMessage) store.getMessages("braces").get(0);
        assertEquals("Hello {{name}} {{message}}", asked.singleText());
    }

    @Test
    void actuatorTellsOfTheAgent() throws Exception {
        ok(post("/chat/measured", CAR));
        JsonNode health = json.readTree(ok(get("/actuator/health")));
        assertEquals("UP", health.at("/components/tandem/status").asText(), health.toString());
        assertEquals(
                "Tandem's small default",
                health.at("/components/tandem/details/model").asText());
        String metrics = ok(get("/actuator/prometheus"));
        for (String name : List.of(
                "tandem_answer_seconds_count",
                "tandem_first_token_seconds_count",
                "tandem_photo_seconds_count",
                "tandem_photos_drawn_total",
                "tandem_tokens_total{kind=\"completion\"}")) {
            assertTrue(
                    metrics.lines().anyMatch(line -> line.startsWith(name) && !line.endsWith(" 0.0")),
                    name + " is not in\n" + metrics);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aStartWithoutItsModelSaysWhatToDo(CapturedOutput output) {
        assertThrows(
                BeanCreationException.class,
                () -> SpringApplication.run(
                        PhotoChatApplication.class,
                        "--server.port=0",
                        "--spring.datasource.url=jdbc:h2:mem:none",
                        "--tandem.model=/nowhere"));
        String said = output.getAll().substring(output.getAll().indexOf("APPLICATION FAILED TO START"));
        assertTrue(
                said.contains("there is no model '/nowhere'") && said.contains("Set tandem.model to the path"), said);
    }

    private HttpResponse<String> post(String path, String text) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString(text))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private static String ok(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
