package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.memory.RealPostgres;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String ALL = "/v1/conversations";

    @TempDir
    Path folder;

    private static String begin(Served served) {
        HttpResponse<String> response = served.post(ALL, "");
        assertEquals(200, response.statusCode(), response.body());
        String id = Served.json(response).path("id").asText();
        assertTrue(id.matches("[0-9a-f]{32}"), id);
        return id;
    }

    private static String in(String id, String text) {
        return Served.chat(text, ",\"conversation\":\"" + id + "\"");
    }

    private static JsonNode messages(Served served, String id) {
        HttpResponse<String> response = served.get(ALL + "/" + id + "/messages");
        assertEquals(200, response.statusCode(), response.body());
        return Served.json(response).path("data");
    }

    private static String text(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return Served.json(response)
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asText();
    }

    @Test
    void whatWasSaidIsRememberedAndShown() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            assertEquals("[1 turns, 0 photos] look", text(served.post(CHAT, in(id, "look <a dog>"))));
            assertEquals("[3 turns, 1 photos] more", text(served.post(CHAT, in(id, "more"))));
            JsonNode said = messages(served, id);
            assertEquals(4, said.size());
            assertEquals(
                    "{\"role\":\"user\",\"content\":\"look <a dog>\",\"images\":[]}",
                    said.path(0).toString());
            assertEquals("assistant", said.path(1).path("role").asText());
            assertEquals(
                    "a dog", said.path(1).path("images").path(0).path("caption").asText());
            JsonNode entry = Served.json(served.get(ALL)).path("data").path(0);
            assertEquals(id, entry.path("id").asText());
            assertEquals("look <a dog>", entry.path("title").asText());
            assertTrue(entry.path("changed").asText().endsWith("Z"));
        }
    }

    @Test
    void anAnswerIsGivenAgain() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            text(served.post(CHAT, in(id, "one")));
            text(served.post(CHAT, in(id, "<a dog>")));
            String again = "{\"conversation\":\"" + id + "\",\"regenerate\":true,\"modalities\":[\"text\",\"image\"]}";
            String before = messages(served, id).path(3).toString();
            assertEquals("[3 turns, 0 photos]", text(served.post(CHAT, again)));
            assertEquals(4, messages(served, id).size());
            assertNotEquals(before, messages(served, id).path(3).toString(), "another picture");
            HttpResponse<String> empty = served.post(CHAT, again.replace(id, begin(served)));
            assertEquals(400, empty.statusCode());
            assertEquals(
                    400,
                    served.post(CHAT, in(id, "x").replace("}]", "},{\"role\":\"user\",\"content\":\"y\"}]"))
                            .statusCode());
        }
    }

    @Test
    void conversationsOutliveTheServerWithTheirPhotos() throws IOException {
        String id;
        String before;
        try (Served served = Served.in(folder)) {
            id = begin(served);
            String url = Served.picture(20, 10);
            String body = "{\"conversation\":\"" + id
                    + "\",\"stream\":true,\"modalities\":[\"image\"],\"messages\":[{\"role\":\"user\",\"content\":["
                    + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url
                    + "\"}},{\"type\":\"text\",\"text\":\"like <a cat>\"}]}]}";
            assertTrue(served.post(CHAT, body).body().endsWith("data: [DONE]\n\n"));
            before = messages(served, id).toString();
        }
        try (Served served = Served.in(folder)) {
            JsonNode after = messages(served, id);
            assertEquals(before, after.toString());
            assertEquals(
                    20,
                    Served.width(after.path(0)
                            .path("images")
                            .path(0)
                            .path("image_url")
                            .path("url")
                            .asText()));
            assertEquals(
                    8,
                    Served.width(after.path(1)
                            .path("images")
                            .path(0)
                            .path("image_url")
                            .path("url")
                            .asText()));
            assertEquals("[3 turns, 2 photos] and?", text(served.post(CHAT, in(id, "and?"))));
        }
    }

    @Test
    void deletedIsGone() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            text(served.post(CHAT, in(id, "hi <a dog>")));
            HttpResponse<String> deleted = served.delete(ALL + "/" + id);
            assertEquals(204, deleted.statusCode(), deleted.body());
            assertEquals("", deleted.body());
            assertUnknown(served.delete(ALL + "/" + id));
            assertUnknown(served.get(ALL + "/" + id + "/messages"));
            assertUnknown(served.post(CHAT, in(id, "hi")));
            assertUnknown(served.get(ALL + "/%27%20OR%201=1/messages"));
            assertEquals(0, Served.json(served.get(ALL)).path("data").size());
        }
    }

    private static void assertUnknown(HttpResponse<String> response) {
        assertEquals(404, response.statusCode(), response.body());
        assertEquals(
                "conversation_not_found",
                Served.json(response).path("error").path("code").asText());
    }

    @Test
    void aConversationHasAnEnd() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            for (int i = 0; i < 3; i++) {
                text(served.post(CHAT, in(id, "hi")));
            }
            HttpResponse<String> more = served.post(CHAT, in(id, "hi"));
            assertEquals(400, more.statusCode(), more.body());
            assertEquals(
                    "conversation_too_long",
                    Served.json(more).path("error").path("code").asText());
        }
    }

    @Test
    void itsPicturesHaveAnEndToo() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            String body = "{\"conversation\":\"" + id + "\",\"messages\":[{\"role\":\"user\",\"content\":["
                    + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + noise() + "\"}}]}]}";
            HttpResponse<String> response = served.post(CHAT, body);
            assertEquals(400, response.statusCode(), response.body());
            assertEquals(
                    "conversation_too_long",
                    Served.json(response).path("error").path("code").asText());
        }
    }

    /** A picture that no file format makes small. */
    private static String noise() throws IOException {
        BufferedImage image = new BufferedImage(80, 80, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < 6400; i++) {
            image.setRGB(i % 80, i / 80, random.nextInt());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(out.toByteArray());
    }

    @Test
    void ofTwoAnswersAtATimeOneIsRefused() throws IOException {
        try (HikariDataSource database = Database.inFolder(folder.resolve("data"))) {
            onlyOneIsStored(database);
        }
    }

    private static void onlyOneIsStored(HikariDataSource database) {
        Conversations here = new Conversations(database);
        Conversations there = new Conversations(database);
        String id = here.begin("ann");
        List<ChatMessage> known = there.messages("ann", id);
        List<ChatMessage> first = List.of(UserMessage.from("a"), AiMessage.from("b"));
        here.store("ann", id, known, first);
        ApiException refused =
                assertThrows(ApiException.class, () -> there.store("ann", id, known, List.of(UserMessage.from("c"))));
        assertEquals(409, refused.status());
        assertEquals(first, there.messages("ann", id));
        there.delete("ann", id);
        assertEquals(
                404,
                assertThrows(ApiException.class, () -> here.store("ann", id, first, first))
                        .status());
    }

    @Test
    void twoServersShareAPostgres() throws IOException {
        try (RealPostgres postgres = RealPostgres.start()) {
            shares(postgres.url());
        }
    }

    private void shares(String url) throws IOException {
        try (HikariDataSource database = Database.at(url)) {
            onlyOneIsStored(database);
        }
        try (Served one = Served.on(folder, Database.at(url));
                Served two = Served.on(folder, Database.at(url))) {
            String id = begin(one);
            text(one.post(CHAT, in(id, "look <a dog>")));
            assertEquals(messages(one, id), messages(two, id));
            assertEquals("[3 turns, 1 photos] more", text(two.post(CHAT, in(id, "more"))));
            assertEquals(4, messages(one, id).size());
            assertEquals(
                    "look <a dog>",
                    Served.json(one.get(ALL)).path("data").path(0).path("title").asText());
            assertEquals(204, two.delete(ALL + "/" + id).statusCode());
            assertUnknown(one.get(ALL + "/" + id + "/messages"));
        }
    }

    @Test
    void anotherKeyFindsNothing() throws IOException {
        String ann = ApiKeys.fresh();
        String bob = ApiKeys.fresh();
        Path file = folder.resolve("keys");
        Files.writeString(
                file, "# who may ask\n" + ApiKeys.line("ann", ann) + "\n\n" + ApiKeys.line("bob", bob) + "\n");
        try (Served served = Served.withKeys(folder, ApiKeys.read(file), ann)) {
            String id = begin(served);
            text(served.post(CHAT, in(id, "secret <a dog>")));
            String mine = ALL + "/" + id;
            assertUnknown(served.send(served.request(mine + "/messages", bob).build()));
            assertUnknown(served.send(served.request(mine, bob).DELETE().build()));
            assertUnknown(served.send(served.request(CHAT, bob)
                    .POST(BodyPublishers.ofString(in(id, "what did I say?")))
                    .build()));
            assertEquals(
                    0,
                    Served.json(served.send(served.request(ALL, bob).build()))
                            .path("data")
                            .size());
            assertEquals(2, messages(served, id).size());
            for (String wrong : new String[] {"", "tandem-wrong", ann + "x"}) {
                HttpResponse<String> response =
                        served.send(served.request(ALL, wrong).build());
                assertEquals(401, response.statusCode());
                assertEquals(
                        "Bearer",
                        response.headers().firstValue("WWW-Authenticate").orElseThrow());
                JsonNode error = Served.json(response).path("error");
                assertEquals("invalid_api_key", error.path("code").asText());
                assertEquals("authentication_error", error.path("type").asText());
            }
            for (String around : new String[] {
                "/v1//conversations",
                "//v1/conversations",
                "/v1/./conversations",
                "/x/../v1/conversations",
                "/%76%31/conversations",
                "/v1;x/conversations",
                "/v1/conversations/",
                "/V1/conversations",
                "/v1%2fconversations"
            }) {
                assertTrue(served.send(served.request(around, "").build()).statusCode() >= 400, around);
            }
            assertEquals(
                    401, served.send(served.request("/metrics", "").build()).statusCode());
            assertEquals(200, served.send(served.request("/health", "").build()).statusCode());
            assertEquals(200, served.send(served.request("/", "").build()).statusCode());
        }
    }
}
