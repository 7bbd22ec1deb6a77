package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Rules and sampler on random scores, many of them tied, against the processors and warpers that transformers 4.57.1's generate puts together. */
class ProcessorsParityTest {

    private static final double CLOSE = 2e-6;

    private static float[] scores(JsonNode row) {
        float[] scores = new float[row.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = row.path(i).isNull()
                    ? Float.NEGATIVE_INFINITY
                    : (float) row.path(i).asDouble();
        }
        return scores;
    }

    private static List<Integer> ids(JsonNode row) {
        List<Integer> ids = new ArrayList<>();
        row.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static LogitRules rules(JsonNode test) {
        JsonNode config = test.path("config");
        List<List<Integer>> badWords = new ArrayList<>();
        config.path("bad_words_ids").forEach(word -> badWords.add(ids(word)));
        return LogitRules.builder()
                .stopIds(ids(test.path("eos")))
                .repetitionPenalty(config.path("repetition_penalty").asDouble(1))
                .noRepeatNgramSize(config.path("no_repeat_ngram_size").asInt(0))
                .badWords(badWords)
                .minLength(config.path("min_length").asInt(0))
                .minNewTokens(config.path("min_new_tokens").asInt(0))
                .forcedEndIds(
                        config.has("forced_eos_token_id")
                                ? List.of(config.path("forced_eos_token_id").asInt())
                                : List.of())
                .suppressedIds(ids(config.path("suppress_tokens")))
                .suppressedAtBegin(ids(config.path("begin_suppress_tokens")))
                .build();
    }

    private static boolean tied(float[] scores, int id) {
        for (int other = 0; other < scores.length; other++) {
            if (other != id && scores[other] == scores[id]) {
                return true;
            }
        }
        return false;
    }

    private static void assertClose(float expected, float got, String what) {
        if (Float.isInfinite(expected) || Float.isInfinite(got)) {
            assertEquals(expected, got, what);
        } else {
            assertEquals(expected, got, CLOSE * Math.max(1, Math.abs(expected)), what);
        }
    }

    @Test
    void whatIsDrawnFromIsTheReferences() throws IOException {
        JsonNode tests;
        try (InputStream in = new GZIPInputStream(
                Objects.requireNonNull(ProcessorsParityTest.class.getResourceAsStream("processors.json.gz")))) {
            tests = new ObjectMapper().readTree(in);
        }
        assertEquals(240, tests.size());
        int warped = 0;
        for (int t = 0; t < tests.size(); t++) {
            JsonNode test = tests.path(t);
            JsonNode config = test.path("config");
            float[] scores = scores(test.path("scores"));
            int[] tokens = ids(test.path("tokens")).stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            rules(test)
                    .apply(
                            scores,
                            tokens,
                            tokens.length,
                            test.path("prompt").asInt(),
                            test.path("max_length").asInt());
            float[] processed = scores.clone();
            if (config.path("do_sample").asBoolean()) {
                warped++;
                Sampler sampler = new Sampler(
                        config.path("temperature").asDouble(),
                        config.path("top_k").asInt(),
                        config.path("top_p").asDouble(),
                        config.path("min_p").asDouble(0));
                scores = sampler.warped(scores);
            }
            float[] expected = scores(test.path("expected"));
            for (int id = 0; id < expected.length; id++) {
                String what = "test " + t + ", token " + id + " of " + test;
                if (scores[id] != expected[id] && tied(processed, id)) {
                    continue; // which of equal tokens stay is left open by the reference's sorting; how many is not
                }
                assertClose(expected[id], scores[id], what);
            }
            Arrays.sort(expected);
            Arrays.sort(scores);
            for (int i = 0; i < expected.length; i++) {
                assertClose(expected[i], scores[i], "test " + t + ", sorted, " + test);
            }
        }
        assertTrue(warped > 100, "half of them are drawn from");
    }
}
