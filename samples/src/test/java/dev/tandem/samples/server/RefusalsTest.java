package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused, with which status, code and parameter; and that the server goes on. */
class RefusalsTest {

    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void start() throws IOException {
        served = Served.in(folder);
    }

    @AfterEach
    void goesOnAndStops() {
        try {
            assertEquals(200, served.say("still there?").statusCode());
        } finally {
            served.close();
        }
    }

    private static void refused(int status, String code, String param, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response.body());
        JsonNode error = Served.json(response).path("error");
        assertEquals(4, error.size(), response.body());
        assertTrue(error.path("message").asText().length() > 10, response.body());
        assertEquals("invalid_request_error", error.path("type").asText());
        assertEquals(code, error.path("code").asText());
        assertEquals(
                param, error.path("param").isNull() ? "" : error.path("param").asText());
    }

    private void chatRefused(String code, String param, String body) {
        refused(400, code, param, served.post(CHAT, body));
    }

    @Test
    void whatIsNoJsonObject() {
        chatRefused("invalid_json", "", "{\"messages\": [");
        chatRefused("invalid_json", "", "");
        chatRefused("invalid_json", "", "[]");
        chatRefused("invalid_json", "", "{} {}");
        chatRefused("invalid_json", "", "\u0000\u0001");
        chatRefused("invalid_json", "", "{\"a\":" + "[".repeat(10_000));
    }

    @Test
    void wrongTypes() {
        chatRefused("invalid_type", "messages", "{\"messages\":\"hi\"}");
        chatRefused("invalid_type", "messages[0]", "{\"messages\":[\"hi\"]}");
        chatRefused("invalid_type", "messages[0].content", "{\"messages\":[{\"role\":\"user\",\"content\":5}]}");
        chatRefused("invalid_type", "stream", Served.chat("hi", ",\"stream\":\"yes\""));
        chatRefused("invalid_type", "temperature", Served.chat("hi", ",\"temperature\":\"hot\""));
        chatRefused("invalid_type", "seed", Served.chat("hi", ",\"seed\":1.5"));
        chatRefused("invalid_type", "max_tokens", Served.chat("hi", ",\"max_tokens\":{}"));
    }

    @Test
    void valuesOutOfBounds() {
        chatRefused("invalid_value", "temperature", Served.chat("hi", ",\"temperature\":3"));
        chatRefused("invalid_value", "top_p", Served.chat("hi", ",\"top_p\":0"));
        chatRefused("invalid_value", "max_tokens", Served.chat("hi", ",\"max_tokens\":0"));
        refused(404, "model_not_found", "model", served.post(CHAT, "{\"model\":\"gpt-4\"}"));
    }

    @Test
    void whatIsNotSupported() {
        chatRefused("unsupported_parameter", "n", Served.chat("hi", ",\"n\":2"));
        chatRefused("unsupported_parameter", "stop", Served.chat("hi", ",\"stop\":\"x\""));
        chatRefused("unsupported_parameter", "tools", Served.chat("hi", ",\"tools\":[{\"type\":\"function\"}]"));
        chatRefused("unsupported_parameter", "made_up", Served.chat("hi", ",\"made_up\":1"));
        chatRefused(
                "unsupported_parameter", "messages[0].role", "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}");
        assertEquals(
                200,
                served.post(CHAT, Served.chat("hi", ",\"n\":1,\"stop\":null,\"tools\":[],\"user\":\"me\""))
                        .statusCode());
    }

    @Test
    void messagesThatAreMissingTooLongOrTooMany() {
        chatRefused("missing_message", "messages", "{}");
        chatRefused("missing_message", "messages[0].content", Served.chat("  ", ""));
        chatRefused("message_too_long", "messages[0].content", Served.chat("x".repeat(101), ""));
        String one = "{\"role\":\"user\",\"content\":\"x\"}";
        chatRefused("conversation_too_long", "messages", "{\"messages\":[" + (one + ",").repeat(6) + one + "]}");
        chatRefused("invalid_value", "messages", "{\"messages\":[{\"role\":\"assistant\",\"content\":\"x\"}]}");
    }

    @Test
    void picturesThatAreFarAwayDamagedTooLargeOrTooMany() throws IOException {
        String where = "messages[0].content[0].image_url.url";
        chatRefused("invalid_image_url", where, withPicture("http://127.0.0.1/cat.png"));
        chatRefused("invalid_image_url", where, withPicture("file:///etc/passwd"));
        chatRefused("invalid_image", where, withPicture("data:image/png;base64,%%%"));
        chatRefused("invalid_image", where, withPicture("data:image/png;base64,aGVsbG8="));
        String whole = Served.picture(50, 50);
        byte[] png = Base64.getDecoder().decode(whole.substring(whole.indexOf(',') + 1));
        byte[] half = Arrays.copyOf(png, png.length / 2);
        chatRefused(
                "invalid_image",
                where,
                withPicture("data:image/png;base64," + Base64.getEncoder().encodeToString(half)));
        chatRefused("image_too_large", where, withPicture(bomb()));
        String part = part(whole);
        String three = "{\"messages\":[{\"role\":\"user\",\"content\":[" + part + "," + part + "," + part + "]}]}";
        chatRefused("too_many_images", "messages[0].content[2].image_url", three);
        assertEquals(200, served.post(CHAT, withPicture(whole)).statusCode());
    }

    private static String withPicture(String url) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":[" + part(url) + "]}]}";
    }

    private static String part(String url) {
        return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}";
    }

    /** A small file whose header says 60,000 x 60,000 pixels. */
    private static String bomb() throws IOException {
        String small = Served.picture(1, 1);
        byte[] png = Base64.getDecoder().decode(small.substring(small.indexOf(',') + 1));
        ByteBuffer header = ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        header.putInt(29, (int) crc.getValue());
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    @Test
    void bodiesThatAreTooLong() {
        HttpResponse<String> response = served.post(CHAT, Served.chat("x".repeat(200_000), ""));
        refused(413, "body_too_large", "", response);
        // sent to its end before the answer is looked for, with its length said before and without
        byte[] long5 = Served.chat("x".repeat(5_000_000), "").getBytes(StandardCharsets.UTF_8);
        refused(
                413,
                "body_too_large",
                "",
                served.send(served.request(CHAT)
                        .POST(BodyPublishers.ofByteArray(long5))
                        .build()));
        refused(
                413,
                "body_too_large",
                "",
                served.send(served.request(CHAT)
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(long5)))
                        .build()));
    }

    @Test
    void aBodyThatDoesNotComeIsGivenUp() throws IOException {
        String answer = raw("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"mess");
        assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
        assertTrue(answer.contains("body_too_slow"), answer);
    }

    @Test
    void otherAddressesMethodsAndPaths() throws IOException {
        refused(404, "not_found", "", served.get("/v1/nothing"));
        refused(405, "method_not_allowed", "", served.get(CHAT));
        for (String path : new String[] {
            "/../ServeCommand.class",
            "/..%2fServeCommand.class",
            "/%2e%2e/openapi.json",
            "/....//x.html",
            "/.hidden.html",
            "/web/../../x.js",
            "/..;/openapi.html",
            "/%00.html",
            "/a%5c..%5cb.html"
        }) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 40"), path + ": " + answer);
        }
    }

    @Test
    void pagesOfOtherOriginsAndOtherHosts() {
        HttpResponse<String> page = served.send(served.request("/v1/models")
                .header("Origin", "https://evil.example")
                .build());
        refused(403, "origin_not_allowed", "", page);
        HttpResponse<String> own = served.send(served.request("/v1/models")
                .header("Origin", "http://127.0.0.1:" + served.server.port())
                .build());
        assertEquals(200, own.statusCode());
        HttpResponse<String> allowed = served.send(served.request("/v1/models")
                .header("Origin", "https://chat.example")
                .build());
        assertEquals(200, allowed.statusCode());
        assertEquals(
                "https://chat.example",
                allowed.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
        HttpResponse<String> preflight = served.send(served.request(CHAT)
                .header("Origin", "https://chat.example")
                .method("OPTIONS", BodyPublishers.noBody())
                .build());
        assertEquals(204, preflight.statusCode());
        assertTrue(preflight
                .headers()
                .firstValue("Access-Control-Allow-Headers")
                .orElseThrow()
                .contains("Authorization"));
    }

    @Test
    void aHostThatIsNotThisMachine() throws IOException {
        String answer = raw("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
