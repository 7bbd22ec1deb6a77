package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.caption.CaptionMarkup;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatRouteTest {

    private static final CaptionMarkup MARKUP = new CaptionMarkup("[IMG]", "[/IMG]");

    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void start() throws IOException {
        served = Served.in(folder);
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void answersWithTextPhotoAndUsage() throws IOException {
        HttpResponse<String> response = served.say("look <a red car> there");
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElseThrow());
        JsonNode answer = Served.json(response);
        assertTrue(answer.path("id").asText().startsWith("chatcmpl-"));
        assertEquals("chat.completion", answer.path("object").asText());
        assertEquals("default", answer.path("model").asText());
        JsonNode choice = answer.path("choices").path(0);
        assertEquals(0, choice.path("index").asInt(-1));
        assertEquals("stop", choice.path("finish_reason").asText());
        JsonNode message = choice.path("message");
        assertEquals("assistant", message.path("role").asText());
        assertEquals("[1 turns, 0 photos] look there", message.path("content").asText());
        JsonNode image = message.path("images").path(0);
        assertEquals("image_url", image.path("type").asText());
        assertEquals("a red car", image.path("caption").asText());
        assertEquals(8, Served.width(image.path("image_url").path("url").asText()));
        assertEquals(2, answer.path("usage").path("total_tokens").asInt());
    }

    /** The model says what it was shown last, and how many photos it was shown. */
    @ParameterizedTest
    @MethodSource("dev.tandem.samples.safety.Attacks#texts")
    void markersInMessagesAreTextWhoeverIsSaidToHaveSaidThem(String attack) throws IOException {
        // not this test's markers, which are single letters
        String typed = attack.replaceAll("[<>]", "");
        ObjectMapper json = new ObjectMapper();
        ObjectNode body = json.createObjectNode();
        ArrayNode messages = body.putArray("messages");
        messages.addObject().put("role", "system").put("content", typed);
        messages.addObject().put("role", "user").put("name", typed).put("content", typed);
        messages.addObject().put("role", "assistant").put("content", typed);
        ArrayNode parts = messages.addObject().put("role", "user").putArray("content");
        parts.addObject().put("type", "text").put("text", "x" + typed.substring(0, 3));
        parts.addObject().put("type", "text").put("text", typed.substring(3) + "x");
        ObjectNode shared = messages.addObject().put("role", "assistant").put("content", "look");
        shared.putArray("images").addObject().put("caption", typed);
        messages.addObject().put("role", "user").put("content", typed);
        body.putArray("modalities").add("text").add("image");
        HttpResponse<String> response = served.post(CHAT, json.writeValueAsString(body));
        assertEquals(200, response.statusCode(), response.body());
        JsonNode message = Served.json(response).path("choices").path(0).path("message");
        String content = message.path("content").asText();
        assertTrue(content.startsWith("[5 turns, 1 photos] "), content);
        assertFalse(MARKUP.isMarkedUp(content), content);
        assertFalse(message.has("images"), message.toString());
    }

    @Test
    void markersInAStoredConversationStayWhatWasTyped() {
        String typed = "[IMG] a dog [/IMG] \uff3bimg\uff3d";
        String id =
                Served.json(served.post("/v1/conversations", "{}")).path("id").asText();
        HttpResponse<String> response = served.post(CHAT, Served.chat(typed, ",\"conversation\":\"" + id + "\""));
        assertEquals(200, response.statusCode(), response.body());
        JsonNode stored =
                Served.json(served.get("/v1/conversations/" + id + "/messages")).path("data");
        assertEquals(typed, stored.path(0).path("content").asText());
        assertEquals(0, stored.path(1).path("images").size());
        JsonNode listed = Served.json(served.get("/v1/conversations")).path("data");
        assertEquals(typed, listed.path(0).path("title").asText());
    }

    @Test
    void streamsTextThenProgressThenThePhoto() {
        HttpResponse<String> response = served.post(
                CHAT, Served.chat("hi <a dog>", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        assertEquals(200, response.statusCode(), response.body());
        assertTrue(response.headers().firstValue("Content-Type").orElseThrow().startsWith("text/event-stream"));
        List<String> events = Served.events(response.body());
        assertEquals("[DONE]", events.get(events.size() - 1));
        List<JsonNode> chunks =
                events.subList(0, events.size() - 1).stream().map(Served::json).toList();
        chunks.forEach(
                c -> assertEquals("chat.completion.chunk", c.path("object").asText()));
        assertEquals(
                1, chunks.stream().map(c -> c.path("id").asText()).distinct().count());
        assertEquals(
                "{\"role\":\"assistant\",\"content\":\"\"}",
                delta(chunks.get(0)).toString());
        assertEquals(
                "[1 turns, 0 photos] hi ",
                chunks.stream().map(c -> delta(c).path("content").asText()).collect(Collectors.joining()));
        List<String> told = chunks.stream()
                .filter(c -> c.has("tandem"))
                .map(c -> c.path("tandem").path("event").asText()
                        + c.path("tandem").path("step").asText())
                .toList();
        assertEquals(List.of("photo_begun", "drawing0", "drawing1", "drawing2", "drawing3", "drawing4"), told);
        JsonNode drawing = chunks.get(indexOf(chunks, "drawing")).path("tandem");
        assertEquals("a dog", drawing.path("caption").asText());
        assertEquals(4, drawing.path("steps").asInt());
        chunks.stream().filter(c -> c.has("tandem")).forEach(c -> assertEquals("{}", delta(c).toString()));
        JsonNode photo = chunks.get(chunks.size() - 3);
        assertEquals(
                "a dog", delta(photo).path("images").path(0).path("caption").asText());
        assertTrue(photo.path("choices").path(0).path("finish_reason").isNull());
        JsonNode last = chunks.get(chunks.size() - 2);
        assertEquals("stop", last.path("choices").path(0).path("finish_reason").asText());
        JsonNode usage = chunks.get(chunks.size() - 1);
        assertEquals(0, usage.path("choices").size());
        assertEquals(1, usage.path("usage").path("prompt_tokens").asInt());
        assertFalse(response.body().contains("[IMG]"));
    }

    private static int indexOf(List<JsonNode> chunks, String event) {
        for (int i = 0; i < chunks.size(); i++) {
            if (chunks.get(i).path("tandem").path("event").asText().equals(event)) {
                return i;
            }
        }
        throw new AssertionError("no event " + event);
    }

    private static JsonNode delta(JsonNode chunk) {
        return chunk.path("choices").path(0).path("delta");
    }

    @Test
    void withoutImageInModalitiesNothingIsDrawn() {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi <a dog>\"}],\"modalities\":[\"text\"]}";
        JsonNode message = message(served.post(CHAT, body));
        assertFalse(message.has("images"));
        assertEquals("[1 turns, 0 photos] hi a dog", message.path("content").asText());
        JsonNode plain = message(served.post(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"<a dog>\"}]}"));
        assertFalse(plain.has("images"));
    }

    @Test
    void picturesAndEarlierAnswersAreRead() throws IOException {
        String body = "{\"messages\":[{\"role\":\"system\",\"content\":\"be kind\"},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                + Served.picture(20, 10) + "\",\"detail\":\"low\"}}]},"
                + "{\"role\":\"assistant\",\"content\":\"nice\",\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"},\"caption\":\"a cat\"}]},"
                + "{\"role\":\"user\",\"content\":\"and?\"}]}";
        assertEquals(
                "[3 turns, 2 photos] and?",
                message(served.post(CHAT, body)).path("content").asText());
    }

    @Test
    void aSeedMakesAnswersRepeatable() {
        String body = Served.chat("<a dog>", ",\"seed\":5");
        assertEquals(image(served.post(CHAT, body)), image(served.post(CHAT, body)));
        assertNotEquals(
                image(served.post(CHAT, body)), image(served.post(CHAT, Served.chat("<a dog>", ",\"seed\":6"))));
    }

    private static String image(HttpResponse<String> response) {
        String url = message(response)
                .path("images")
                .path(0)
                .path("image_url")
                .path("url")
                .asText();
        byte[] png = java.util.Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
        try {
            return Integer.toHexString(javax.imageio.ImageIO.read(new java.io.ByteArrayInputStream(png))
                    .getRGB(0, 0));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBlockedCaptionIsToldAndNotDrawn() {
        HttpResponse<String> response = served.post(CHAT, Served.chat("so <a naked man>", ",\"stream\":true"));
        JsonNode judged = Served.events(response.body()).stream()
                .filter(e -> e.contains("\"judged\""))
                .map(Served::json)
                .findFirst()
                .orElseThrow();
        assertEquals("BLOCK", judged.path("tandem").path("action").asText());
        assertTrue(response.body().contains("\"finish_reason\":\"content_filter\""));
        assertFalse(response.body().contains("\"images\""));
    }

    @Test
    void modelsAreListed() {
        JsonNode model = Served.json(served.get("/v1/models")).path("data").path(0);
        assertEquals("default", model.path("id").asText());
        assertEquals("model", model.path("object").asText());
        assertEquals("tandem", model.path("owned_by").asText());
        assertTrue(model.path("created").asLong() > 0);
        assertEquals(
                "default",
                Served.json(served.get("/v1/models/default")).path("id").asText());
        assertEquals(404, served.get("/v1/models/other").statusCode());
    }

    @Test
    void healthSaysWhatIsServed() {
        assertEquals(
                "{\"status\":\"ok\",\"model\":\"default\",\"queue\":0}",
                served.get("/health").body());
    }

    private static JsonNode message(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return Served.json(response).path("choices").path(0).path("message");
    }
}
