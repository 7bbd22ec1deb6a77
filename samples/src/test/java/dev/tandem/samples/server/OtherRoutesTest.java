package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures alone, metrics, the API's document, files. */
class OtherRoutesTest {

    private static final String IMAGES = "/v1/images/generations";

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
    void drawsPictures() throws IOException {
        HttpResponse<String> response =
                served.post(IMAGES, "{\"prompt\":\"a red car\",\"n\":2,\"size\":\"16x8\",\"seed\":7,\"steps\":2}");
        assertEquals(200, response.statusCode(), response.body());
        JsonNode answer = Served.json(response);
        assertTrue(answer.path("created").asLong() > 0);
        assertEquals("16x8", answer.path("size").asText());
        assertEquals("png", answer.path("output_format").asText());
        assertEquals(2, answer.path("data").size());
        JsonNode first = answer.path("data").path(0);
        assertEquals("a red car", first.path("revised_prompt").asText());
        assertEquals(16, Served.width("," + first.path("b64_json").asText()));
        assertNotEquals(first.path("b64_json"), answer.path("data").path(1).path("b64_json"));
        JsonNode natural = Served.json(served.post(IMAGES, "{\"prompt\":\"a red car\",\"size\":\"auto\"}"));
        assertEquals("8x8", natural.path("size").asText());
    }

    @Test
    void streamsPictures() {
        HttpResponse<String> response =
                served.post(IMAGES, "{\"prompt\":\"a cat\",\"n\":2,\"stream\":true,\"partial_images\":2}");
        assertEquals(200, response.statusCode(), response.body());
        List<String> names = response.body()
                .lines()
                .filter(line -> line.startsWith("event: "))
                .toList();
        assertEquals(List.of("event: image_generation.completed", "event: image_generation.completed"), names);
        JsonNode event = Served.json(Served.events(response.body()).get(0));
        assertEquals("image_generation.completed", event.path("type").asText());
        assertEquals("8x8", event.path("size").asText());
        assertFalse(event.path("b64_json").asText().isEmpty());
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        refused("prompt", "missing_required_parameter", "{}");
        refused("prompt", "message_too_long", "{\"prompt\":\"" + "x".repeat(101) + "\"}");
        refused("prompt", "content_policy_violation", "{\"prompt\":\"a naked man\"}");
        refused("prompt", "content_policy_violation", "{\"prompt\":\"a naked man\",\"stream\":true}");
        refused("n", "invalid_value", "{\"prompt\":\"x\",\"n\":11}");
        refused("size", "invalid_value", "{\"prompt\":\"x\",\"size\":\"65x8\"}");
        refused("size", "invalid_value", "{\"prompt\":\"x\",\"size\":\"big\"}");
        refused("steps", "invalid_value", "{\"prompt\":\"x\",\"steps\":51}");
        refused("partial_images", "invalid_value", "{\"prompt\":\"x\",\"partial_images\":4}");
        refused("response_format", "unsupported_parameter", "{\"prompt\":\"x\",\"response_format\":\"url\"}");
        refused("output_format", "unsupported_parameter", "{\"prompt\":\"x\",\"output_format\":\"webp\"}");
        refused("mask", "unsupported_parameter", "{\"prompt\":\"x\",\"mask\":\"y\"}");
    }

    private void refused(String param, String code, String body) {
        HttpResponse<String> response = served.post(IMAGES, body);
        assertEquals(400, response.statusCode(), response.body());
        JsonNode error = Served.json(response).path("error");
        assertEquals(code, error.path("code").asText());
        assertEquals(param, error.path("param").asText());
    }

    @Test
    void countsAndMeasures() {
        served.say("hi <a dog>");
        served.post(IMAGES, "{\"prompt\":\"a cat\",\"n\":2}");
        served.get("/v1/conversations/00000000000000000000000000000000/messages");
        HttpResponse<String> response = served.get("/metrics");
        assertTrue(response.headers().firstValue("Content-Type").orElseThrow().startsWith("text/plain"));
        String metrics = response.body();
        for (String line : List.of(
                "tandem_requests_seconds_count{method=\"POST\",route=\"/v1/chat/completions\",status=\"200\"} 1",
                "tandem_requests_seconds_count{method=\"GET\",route=\"/v1/conversations/{id}/messages\",status=\"404\"} 1",
                "tandem_photos_drawn_total 3.0",
                "tandem_tokens_total{kind=\"prompt\"} 1.0",
                "tandem_tokens_total{kind=\"completion\"} 1.0",
                "tandem_queue_length 0.0",
                "tandem_first_token_seconds_count 1")) {
            assertTrue(metrics.contains(line), line + "\n" + metrics);
        }
    }

    @Test
    void theDocumentNamesEveryRouteAndNoOther() {
        JsonNode document = Served.json(served.get("/openapi.json"));
        Set<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
        }
        Set<String> served = this.served.server.routes().stream()
                .map(route -> route.method() + " " + route.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(served, described);
        List<String> references = new ArrayList<>(document.findValuesAsText("$ref"));
        assertFalse(references.isEmpty());
        for (String reference : references) {
            assertFalse(document.at(reference.substring(1)).isMissingNode(), reference);
        }
    }

    @Test
    void filesComeWithStrictHeaders() {
        HttpResponse<String> page = served.get("/");
        assertEquals(200, page.statusCode());
        assertEquals(
                "text/html;charset=utf-8",
                page.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(page.headers()
                .firstValue("Content-Security-Policy")
                .orElseThrow()
                .startsWith("default-src 'self'; img-src 'self' data: blob:"));
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElseThrow());
        assertEquals(page.body(), served.get("/index.html").body());
        assertTrue(page.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
    }
}
