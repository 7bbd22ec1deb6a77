package dev.tandem.samples.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.samples.evaluate.DialogueScore;
import dev.tandem.samples.evaluate.HeldOutEvaluation;
import dev.tandem.samples.output.OutputFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a run, as it lies in {@code result.json}.
 *
 * @param recipe that was run, without the model it began with: that is a path of one machine
 * @param trainSeconds how long it trained in the process that finished it
 * @param scores counts of each held-out dialogue
 * @param pictures measures of all pictures together
 * @param captions some that were due, with what was said
 */
record RunResult(
        ObjectNode recipe,
        double trainSeconds,
        List<DialogueScore> scores,
        Map<String, Double> pictures,
        List<HeldOutEvaluation.Caption> captions) {

    static final String FILE = "result.json";

    private static final long MAX_BYTES = 16 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    RunResult {
        recipe = recipe.deepCopy().without("model");
        scores = List.copyOf(scores);
        captions = List.copyOf(captions);
    }

    /** A dialogue's counts on one line, so that the file stays short and can be compared by lines. */
    void write(Path folder) {
        ObjectNode json = JSON.createObjectNode();
        json.set("recipe", recipe);
        json.put("train_seconds", trainSeconds);
        json.set("pictures", JSON.valueToTree(pictures));
        json.set("captions", JSON.valueToTree(captions));
        json.set("columns", JSON.valueToTree(DialogueScore.COLUMNS));
        ArrayNode rows = json.putArray("scores");
        scores.forEach(score -> {
            ArrayNode row = rows.addArray();
            score.counts().forEach(count -> {
                if (count == Math.rint(count)) {
                    row.add(count.longValue());
                } else {
                    row.add(count);
                }
            });
        });
        try {
            Files.createDirectories(folder);
            String text = JSON.writeValueAsString(json).replace("],[", "],\n[") + "\n";
            OutputFiles.replace(folder.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write " + folder.resolve(FILE) + ": " + e.getMessage(), e);
        }
    }

    static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /**
     * Reads a result.
     *
     * @throws IllegalArgumentException if it is damaged, or of another version
     */
    static RunResult read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is too large for a result");
            }
            ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(file));
            List<String> columns = list(json.path("columns"), String.class);
            if (!DialogueScore.COLUMNS.containsAll(columns)) {
                throw new IllegalArgumentException(
                        file + " holds other counts than this version measures; remove it to run it again");
            }
            List<DialogueScore> scores = new ArrayList<>();
            for (JsonNode row : json.path("scores")) {
                scores.add(score(columns, list(row, Double.class)));
            }
            return new RunResult(
                    json.withObject("/recipe"),
                    json.path("train_seconds").asDouble(),
                    scores,
                    JSON.convertValue(
                            json.path("pictures"),
                            JSON.getTypeFactory().constructMapType(Map.class, String.class, Double.class)),
                    List.of());
        } catch (JsonProcessingException | ClassCastException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(file + " is damaged; remove it to run it again", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static <T> List<T> list(JsonNode node, Class<T> type) {
        return JSON.convertValue(node, JSON.getTypeFactory().constructCollectionType(List.class, type));
    }

    /** Counts that an older version did not take are 0, as what they count was not asked. */
    private static DialogueScore score(List<String> columns, List<Double> row) {
        List<Double> counts = new ArrayList<>(DialogueScore.none().counts());
        for (int i = 0; i < columns.size(); i++) {
            counts.set(DialogueScore.COLUMNS.indexOf(columns.get(i)), row.get(i));
        }
        return new DialogueScore(counts);
    }
}
