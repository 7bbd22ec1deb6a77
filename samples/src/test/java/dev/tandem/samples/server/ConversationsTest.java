package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.memory.RealPostgres;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
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
                    "{\"role\":\"user\",\"content\":\"look <a dog>\",\"images\":[],\"parts\":[{\"type\":\"text\",\"text\":\"look <a dog>\"}]}",
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
    void wordsAndPhotosKeepTheirOrder() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            HttpResponse<String> response = served.post(CHAT, in(id, "see <a dog> and <a cat> there"));
            assertEquals("[1 turns, 0 photos] see and there", text(response));
            String parts = "[{\"type\":\"text\",\"text\":\"[1 turns, 0 photos] see\"},{\"type\":\"image\",\"image\":0},"
                    + "{\"type\":\"text\",\"text\":\"and\"},{\"type\":\"image\",\"image\":1},{\"type\":\"text\",\"text\":\"there\"}]";
            JsonNode answer = Served.json(response).path("choices").path(0).path("message");
            assertEquals(parts, answer.path("parts").toString());
            JsonNode stored = messages(served, id).path(1);
            assertEquals(parts, stored.path("parts").toString());
            assertEquals(
                    "[1 turns, 0 photos] see and there", stored.path("content").asText());
            assertEquals(List.of("a dog", "a cat"), stored.path("images").findValuesAsText("caption"));
        }
    }

    @Test
    void rowsWithoutAnOrderAreReadAsBefore() throws IOException {
        try (HikariDataSource database = Database.inFolder(folder.resolve("data"))) {
            Conversations conversations = new Conversations(database);
            String id = conversations.begin("-local");
            Image image = Image.builder()
                    .base64Data(Served.picture(3, 3).replaceFirst(".*,", ""))
                    .mimeType("image/png")
                    .revisedPrompt("a dog")
                    .build();
            List<ChatMessage> old = List.of(
                    UserMessage.from("look"),
                    AiMessage.builder()
                            .text("first last")
                            .attributes(Map.of(AiMessage.GENERATED_IMAGES_KEY, List.of(image)))
                            .build());
            conversations.store("-local", id, List.of(), old);
        }
        try (Served served = Served.in(folder)) {
            String id =
                    Served.json(served.get(ALL)).path("data").path(0).path("id").asText();
            assertEquals(
                    "[{\"type\":\"text\",\"text\":\"first last\"},{\"type\":\"image\",\"image\":0}]",
                    messages(served, id).path(1).path("parts").toString());
        }
    }

    private static String photos(String id, int message, int image) {
        return ALL + "/" + id + "/messages/" + message + "/images/" + image;
    }

    @Test
    void aPhotoThatIsDrawnAgainTakesTheOthersPlace() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            text(served.post(CHAT, in(id, "see <a dog> and <a cat> there")));
            JsonNode before = messages(served, id);
            HttpResponse<String> drawn =
                    served.post(photos(id, 1, 0), "{\"prompt\":\"a red car\",\"seed\":99,\"size\":\"16x8\"}");
            assertEquals(200, drawn.statusCode(), drawn.body());
            String picture =
                    Served.json(drawn).path("data").path(0).path("b64_json").asText();
            JsonNode after = messages(served, id);
            JsonNode images = after.path(1).path("images");
            assertEquals(List.of("a red car", "a cat"), images.findValuesAsText("caption"));
            assertEquals(
                    "data:image/png;base64," + picture,
                    images.path(0).path("image_url").path("url").asText());
            assertEquals(before.path(1).path("images").path(1), images.path(1));
            assertEquals(before.path(1).path("parts"), after.path(1).path("parts"));
            assertEquals(before.path(0), after.path(0));
            assertEquals(
                    "[3 turns, 2 photos] more",
                    text(served.post(CHAT, in(id, "more"))),
                    "the conversation goes on with it");
            HttpResponse<String> streamed =
                    served.post(photos(id, 1, 1), "{\"prompt\":\"a tree\",\"stream\":true,\"partial_images\":1}");
            assertTrue(streamed.body().contains("event: image_generation.completed"), streamed.body());
            assertEquals(
                    List.of("a red car", "a tree"),
                    messages(served, id).path(1).path("images").findValuesAsText("caption"));
        }
    }

    @Test
    void onlyPhotosOfTheAgentThatAreThereAreReplaced() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            text(served.post(CHAT, in(id, "look <a dog>")));
            String before = messages(served, id).toString();
            for (String path : List.of(
                    photos(id, 0, 0),
                    photos(id, 1, 1),
                    photos(id, 2, 0),
                    ALL + "/" + id + "/messages/1/images/-1",
                    ALL + "/" + id + "/messages/x/images/0",
                    ALL + "/" + id + "/messages/1/images/99999999999")) {
                HttpResponse<String> response = served.post(path, "{\"prompt\":\"a cat\"}");
                assertEquals(404, response.statusCode(), path);
                assertEquals(
                        "photo_not_found",
                        Served.json(response).path("error").path("code").asText());
            }
            assertUnknown(served.post(photos("0".repeat(32), 1, 0), "{\"prompt\":\"a cat\"}"));
            HttpResponse<String> two = served.post(photos(id, 1, 0), "{\"prompt\":\"a cat\",\"n\":2}");
            assertEquals(400, two.statusCode());
            assertEquals("n", Served.json(two).path("error").path("param").asText());
            assertEquals(
                    400,
                    served.post(photos(id, 1, 0), "{\"prompt\":\"a naked man\"}")
                            .statusCode());
            assertEquals(before, messages(served, id).toString(), "nothing has changed");
        }
    }

    @Test
    void aReplacedPhotoIsForgottenWithItsLastReference() throws Exception {
        try (HikariDataSource database = Database.inFolder(folder.resolve("data"))) {
            replaces(database);
        }
    }

    private static void replaces(HikariDataSource database) throws Exception {
        Conversations conversations = new Conversations(database);
        Photo old = photo("a dog", 3);
        Photo fresh = photo("a cat", 5);
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from("look"), answer(old)));
        String id = conversations.begin("ann");
        conversations.store("ann", id, List.of(), messages);
        String other = conversations.begin("ann");
        conversations.store("ann", other, List.of(), messages);
        AiMessage known = (AiMessage) conversations.messages("ann", id).get(1);
        messages.add(UserMessage.from("more")); // what is said behind it does not matter
        conversations.store("ann", id, messages.subList(0, 2), messages);
        conversations.replace(new StoredPhoto("ann", id, 1, 0), known, fresh, Long.MAX_VALUE);
        assertEquals(answer(fresh), conversations.messages("ann", id).get(1));
        assertEquals(3, conversations.messages("ann", id).size());
        assertEquals(2, count(database), "the other conversation has the old one still");
        assertEquals(
                409,
                assertThrows(
                                ApiException.class,
                                () -> conversations.replace(
                                        new StoredPhoto("ann", id, 1, 0), known, old, Long.MAX_VALUE))
                        .status());
        assertEquals(
                404,
                assertThrows(
                                ApiException.class,
                                () -> conversations.replace(
                                        new StoredPhoto("bob", other, 1, 0), known, fresh, Long.MAX_VALUE))
                        .status());
        assertEquals(
                400,
                assertThrows(
                                ApiException.class,
                                () -> conversations.replace(new StoredPhoto("ann", other, 1, 0), known, fresh, 10))
                        .status());
        conversations.replace(new StoredPhoto("ann", other, 1, 0), known, fresh, Long.MAX_VALUE);
        assertEquals(1, count(database), "nobody has the old one");
    }

    private static Photo photo(String caption, int width) throws IOException {
        return Photo.ofPng(
                caption, Base64.getDecoder().decode(Served.picture(width, 2).replaceFirst(".*,", "")), 0);
    }

    private static AiMessage answer(Photo photo) {
        return (AiMessage) LangChain4jMessages.toLangChain4j(
                        new Dialogue(List.of(new Turn(Speaker.AGENT, List.of(photo, new Words("here"))))))
                .get(0);
    }

    private static int count(HikariDataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                ResultSet rows = connection.createStatement().executeQuery("SELECT COUNT(*) FROM tandem_photo")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void whatWasBegunInVainIsNotListed() throws IOException {
        try (Served served = Served.in(folder)) {
            String id = begin(served);
            assertEquals(0, Served.json(served.get(ALL)).path("data").size());
            assertEquals(400, served.post(CHAT, in(id, "x".repeat(101))).statusCode());
            assertEquals(0, Served.json(served.get(ALL)).path("data").size());
            assertEquals(0, messages(served, id).size());
            text(served.post(CHAT, in(id, "hi")));
            assertEquals(
                    id,
                    Served.json(served.get(ALL)).path("data").path(0).path("id").asText());
        }
    }

    @Test
    void whatWasBegunInVainIsForgottenInTheEnd() throws Exception {
        try (HikariDataSource database = Database.inFolder(folder.resolve("data"))) {
            forgets(database);
        }
    }

    private static void forgets(HikariDataSource database) throws SQLException {
        Conversations conversations = new Conversations(database);
        String old = conversations.begin("ann");
        String said = conversations.begin("ann");
        conversations.store("ann", said, List.of(), List.of(UserMessage.from("hi")));
        try (Connection connection = database.getConnection()) {
            connection
                    .createStatement()
                    .executeUpdate("UPDATE tandem_chat SET changed = CURRENT_TIMESTAMP - INTERVAL '3' DAY");
        }
        String fresh = conversations.begin("ann");
        conversations.begin("ann");
        assertThrows(ApiException.class, () -> conversations.messages("ann", old));
        assertEquals(0, conversations.messages("ann", fresh).size());
        assertEquals(1, conversations.messages("ann", said).size());
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
    void twoServersShareAPostgres() throws Exception {
        try (RealPostgres postgres = RealPostgres.start()) {
            shares(postgres.url());
        }
    }

    private void shares(String url) throws Exception {
        try (HikariDataSource database = Database.at(url)) {
            onlyOneIsStored(database);
            replaces(database);
            forgets(database);
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
            assertUnknown(served.send(served.request(mine + "/messages/1/images/0", bob)
                    .POST(BodyPublishers.ofString("{\"prompt\":\"a cat\"}"))
                    .build()));
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
