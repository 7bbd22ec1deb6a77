package dev.tandem.samples.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.evaluate.DialogueScore;
import dev.tandem.samples.train.TinyModelFolder;
import dev.tandem.samples.train.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An experiment with real models of the smallest sizes, and the arithmetic of its tables. */
class ExperimentTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final BooleanSupplier GO_ON = () -> false;
    private static final String DEFINITION = """
            {
              "title": "A <small> one", "notes": ["Said *as it is*."],
              "recipe": {"bridge": {"noise": false}, "data": {"dialogues": 40, "held_out": 0, "batch": 2, "max_tokens": 200},
                         "training": {"steps": 2, "warmup_steps": 1, "checkpoint_every": 1, "evaluate_every": 0, "log_every": 1}},
              "evaluation": {"dialogues": 3, "seed": 1, "sights": 0},
              "seeds": [1, 2],
              "conditions": {"clean": {"label": "true captions", "recipe": {}}},
              "variants": {"pipeline": {"label": "pipeline", "recipe": {"bridge": {"matrix": "none", "noise": null}}},
                           "word": {"label": "word | words", "recipe": {"bridge": {"matrix": "word"}}}},
              "tables": [{"name": "one", "title": "Table", "kind": "bars", "conditions": ["clean"],
                          "variants": ["pipeline", "word"], "baseline": "pipeline", "measures": ["agent_bleu_1", "judge_fid"],
                          "paper": {"PhotoChat": [{"label": "theirs", "values": {"agent_bleu_1": 12.14}}]}}]
            }
            """;

    @TempDir
    Path folder;

    private static Experiment experiment(String json) {
        return ConfigReader.parse(json, "a test", Experiment.class);
    }

    @Test
    void runsAreMadeOnceAndShown() throws IOException {
        Path model = folder.resolve("tiny");
        TinyModelFolder.write(ENGINE, model);
        Experiment experiment = experiment(DEFINITION);
        List<PlannedRun> planned = experiment.runs(model);
        assertEquals(
                List.of("clean/pipeline/seed-1", "clean/word/seed-1", "clean/pipeline/seed-2", "clean/word/seed-2"),
                planned.stream().map(PlannedRun::name).toList());
        Path results = folder.resolve("results");
        ExperimentRuns runs = new ExperimentRuns(ENGINE, results, experiment.evaluation(), false);

        // stopped in its first step, a run leaves a checkpoint and no result; the others do not begin
        AtomicInteger asked = new AtomicInteger();
        assertFalse(runs.make(planned, 1, line -> {}, () -> asked.getAndIncrement() >= 2)
                .all());
        assertTrue(Files.exists(results.resolve("clean/pipeline/seed-1/checkpoint-1")));
        assertFalse(Files.exists(results.resolve("clean/word")));

        List<String> said = Collections.synchronizedList(new ArrayList<>());
        assertTrue(runs.make(planned, 2, said::add, GO_ON).all());
        assertTrue(said.contains("clean/pipeline/seed-1: goes on"), said.toString());
        assertTrue(said.contains("clean/word/seed-2: begins"), said.toString());
        for (PlannedRun run : planned) {
            try (var left = Files.list(run.folder(results))) {
                assertEquals(
                        List.of("result.json", "train.jsonl"),
                        left.map(f -> f.getFileName().toString()).sorted().toList());
            }
        }

        // only what has no result is made again, and it comes out the same, though it was not stopped this time
        Path first = planned.get(0).folder(results).resolve(RunResult.FILE);
        JsonNode before = new ObjectMapper().readTree(Files.readString(first));
        Files.delete(first);
        said.clear();
        assertTrue(runs.make(planned, 1, said::add, GO_ON).all());
        assertEquals(List.of("4 runs, of which 3 are done", "clean/pipeline/seed-1: begins"), said.subList(0, 2));
        JsonNode after = new ObjectMapper().readTree(Files.readString(first));
        assertEquals(before.get("scores"), after.get("scores"));
        assertEquals(before.get("captions"), after.get("captions"));
        assertFalse(after.get("recipe").has("model"));

        ExperimentReport report = ExperimentReport.of(experiment, planned, results);
        report.write(results);
        String markdown = Files.readString(results.resolve("report.md"));
        assertTrue(markdown.contains("# A \\<small\\> one"), markdown);
        assertTrue(markdown.contains("| word \\| words |"), markdown);
        assertTrue(markdown.contains("| the paper, PhotoChat: theirs | 12.14 | – |  |"), markdown);
        String html = Files.readString(results.resolve("report.html"));
        assertTrue(html.contains("A &lt;small&gt; one") && html.contains("data:image/png;base64,"), html);
        JsonNode rows = new ObjectMapper()
                .readTree(Files.readString(results.resolve("report.json")))
                .at("/tables/0/rows");
        assertEquals(2, rows.size());
        double difference = rows.at("/1/agent_bleu_1/value").asDouble()
                - rows.at("/0/agent_bleu_1/value").asDouble();
        assertEquals(difference, rows.at("/1/agent_bleu_1/difference/value").asDouble(), 1e-9);
        // models of this size share no photos
        assertFalse(rows.get(0).has("judge_fid"));
        assertTrue(Files.size(results.resolve("one-clean-agent-bleu-1.png")) > 1000);
    }

    @Test
    void aRunThatFailsIsNamedAndTheOthersAreMade() throws IOException {
        Path model = folder.resolve("tiny");
        TinyModelFolder.write(ENGINE, model);
        Experiment experiment = experiment(DEFINITION
                .replace("{\"matrix\": \"none\", \"noise\": null}}", "{}, \"perceptron\": \"full\"}") // it has no eyes
                .replace("[1, 2]", "[1]"));
        List<String> said = new ArrayList<>();
        ExperimentRuns.Made made = new ExperimentRuns(ENGINE, folder.resolve("results"), experiment.evaluation(), false)
                .make(experiment.runs(model), 1, said::add, GO_ON);
        assertFalse(made.all());
        assertEquals(1, made.failures().size());
        assertTrue(said.get(2).startsWith("clean/pipeline/seed-1: failed: "), said.toString());
        assertTrue(said.get(4).startsWith("clean/word/seed-1: done"), said.toString());
    }

    @Test
    void theBundledExperimentIsWhole() {
        Experiment experiment = Experiment.read("papers/e2e");
        List<PlannedRun> runs = experiment.runs(Path.of("some/model"));
        assertEquals(
                runs.size(), new HashSet<>(runs.stream().map(PlannedRun::name).toList()).size());
        assertEquals(List.of(1L, 2L, 3L), experiment.seeds());
        // every recipe is one that can be trained
        runs.forEach(run -> ConfigReader.parse(run.recipe().toString(), run.name(), TrainingRecipe.class));
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused("names an unknown variant 'sentence'", "\"pipeline\", \"word\"]", "\"pipeline\", \"sentence\"]");
        assertRefused("the baseline 'nobody' is none", "\"baseline\": \"pipeline\"", "\"baseline\": \"nobody\"");
        assertRefused("unknown measure 'judge'", "judge_fid", "judge");
        assertRefused("at least one seed", "[1, 2]", "[]");
        assertRefused(
                "it is given with --model",
                "\"recipe\": {\"bridge\": {\"noise\"",
                "\"recipe\": {\"model\": \"m\", \"bridge\": {\"noise\"");
        IllegalArgumentException unknown =
                assertThrows(IllegalArgumentException.class, () -> Experiment.read("papers/none"));
        assertTrue(unknown.getMessage().contains("there is papers/e2e"), unknown.getMessage());
    }

    private static void assertRefused(String message, String... fromTo) {
        String json = DEFINITION;
        for (int i = 0; i < fromTo.length; i += 2) {
            assertTrue(json.contains(fromTo[i]), fromTo[i]);
            json = json.replace(fromTo[i], fromTo[i + 1]);
        }
        String wrong = json;
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> experiment(wrong));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void aDamagedResultIsNamed() throws IOException {
        Files.writeString(folder.resolve(RunResult.FILE), "{\"scores\": [[1");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> RunResult.read(folder))
                .getMessage()
                .contains("damaged"));
        Files.writeString(
                folder.resolve(RunResult.FILE),
                "{\"recipe\": {}, \"train_seconds\": 1, \"columns\": [\"other\"], \"scores\": [], \"pictures\": {}, \"captions\": []}");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> RunResult.read(folder))
                .getMessage()
                .contains("other counts"));
    }

    @Test
    void differencesArePairedByDialogue() {
        // dialogues differ much, the variant is right once more in every other one: paired, that is clear
        List<RunResult> baseline = List.of(result(d -> d % 10), result(d -> d % 10));
        List<RunResult> variant = List.of(result(d -> d % 10 + d % 2), result(d -> d % 10 + d % 2));
        Measured.Difference better = Measured.difference(variant, baseline, "caption_subject");
        assertEquals(0.05, better.value(), 1e-9);
        assertTrue(better.clear() && better.low() > 0.03 && better.high() < 0.07, better.toString());
        assertFalse(Measured.difference(baseline, baseline, "caption_subject").clear());
        assertEquals(0.45, Measured.value(baseline, "caption_subject"), 1e-9);
        assertEquals(2.0, Measured.value(List.of(result(d -> 0), result(d -> 1)), "judge_fid"), 1e-9);
        assertTrue(Double.isNaN(Measured.value(baseline, "judge_kid")));
    }

    /** A hundred dialogues, each with ten captions of which some name the right subject; judge_fid is 1 and what is right in the first, 3 for 1. */
    private static RunResult result(IntUnaryOperator right) {
        List<DialogueScore> scores = new ArrayList<>();
        for (int d = 0; d < 100; d++) {
            List<Double> counts = new ArrayList<>(DialogueScore.none().counts());
            counts.set(DialogueScore.COLUMNS.indexOf("caption_subject_right"), (double) right.applyAsInt(d));
            counts.set(DialogueScore.COLUMNS.indexOf("caption_subject_all"), 10.0);
            scores.add(new DialogueScore(counts));
        }
        return new RunResult(
                new ObjectMapper().createObjectNode(),
                1,
                scores,
                Map.of("judge_fid", 1.0 + 2 * right.applyAsInt(0)),
                List.of());
    }

    @Test
    void patchesMergeObjects() throws IOException {
        ObjectMapper json = new ObjectMapper();
        var target = (ObjectNode) json.readTree("{\"a\": {\"b\": 1, \"c\": 2}, \"d\": [1]}");
        Patches.apply(target, (ObjectNode) json.readTree("{\"a\": {\"b\": null, \"e\": 3}, \"d\": [2], \"f\": {}}"));
        assertEquals(json.readTree("{\"a\": {\"c\": 2, \"e\": 3}, \"d\": [2], \"f\": {}}"), target);
    }
}
