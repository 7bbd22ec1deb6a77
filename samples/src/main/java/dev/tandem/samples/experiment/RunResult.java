package dev.tandem.samples.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.List;
import java.util.Map;

/**
 * What came of a run, as it lies in {@code result.json}.
 *
 * @param recipe that was run, without the model it began with: that is a path of one machine
 * @param trainSeconds how long it trained in the process that finished it
 * @param columns names of the counts
 * @param scores counts of each held-out dialogue
 * @param pictures measures of all pictures together
 * @param captions some that were due, with what was said
 */
record RunResult(
        ObjectNode recipe,
        double trainSeconds,
        List<String> columns,
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
        json.set("columns", JSON.valueToTree(columns));
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
            RunResult result = new RunResult(
                    json.withObject("/recipe"),
                    json.path("train_seconds").asDouble(),
                    JSON.convertValue(
                            json.path("columns"),
                            JSON.getTypeFactory().constructCollectionType(List.class, String.class)),
                    JSON
                            .<List<List<Double>>>convertValue(
                                    json.path("scores"),
                                    JSON.getTypeFactory()
                                            .constructCollectionType(
                                                    List.class,
                                                    JSON.getTypeFactory()
                                                            .constructCollectionType(List.class, Double.class)))
                            .stream()
                            .map(DialogueScore::new)
                            .toList(),
                    JSON.convertValue(
                            json.path("pictures"),
                            JSON.getTypeFactory().constructMapType(Map.class, String.class, Double.class)),
                    List.of());
            if (!result.columns().equals(DialogueScore.COLUMNS)) {
                throw new IllegalArgumentException(
                        file + " holds other counts than this version measures; remove it to run it again");
            }
            return result;
        } catch (JsonProcessingException | ClassCastException e) {
            throw new IllegalArgumentException(file + " is damaged; remove it to run it again", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
