package dev.tandem.samples.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.config.OneLine;
import java.io.IOException;

/** JSON that comes in and goes out. */
final class Json {

    private static final int MAX_DEPTH = 50;
    private static final int MAX_STRING = 64 << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    /**
     * The object that a body holds.
     *
     * @throws ApiException if it is none; the message says where it goes wrong
     */
    static ObjectNode read(byte[] body) {
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw ApiException.invalid(
                    null, "invalid_json", "the body is no JSON: " + OneLine.of(e.getOriginalMessage()) + where);
        } catch (IOException e) {
            throw ApiException.invalid(
                    null, "invalid_json", "the body is no JSON: " + OneLine.of(String.valueOf(e.getMessage())));
        }
        throw ApiException.invalid(null, "invalid_json", "the body must be a JSON object, such as {\"messages\": []}");
    }

    /** OpenAI's shape of an error. */
    static ObjectNode error(ApiException problem) {
        ObjectNode answer = object();
        answer.putObject("error")
                .put("message", problem.getMessage())
                .put("type", problem.type())
                .put("param", problem.param())
                .put("code", problem.code());
        return answer;
    }
}
