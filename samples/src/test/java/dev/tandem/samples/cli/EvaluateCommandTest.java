package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.samples.train.OwnFiles;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of an agent that repeats what the user says. */
class EvaluateCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void aReportIsThreeFiles() throws IOException, URISyntaxException {
        String model = ScriptedStages.folder(folder).toString();
        Path out = folder.resolve("new/report");
        Path clip = Path.of(Objects.requireNonNull(
                        EvaluateCommandTest.class.getResource("/dev/tandem/samples/evaluate/metric/clip"))
                .toURI());
        CommandLineRun run = CommandLineRun.of(
                "evaluate", model, "--held-out", "4", "--json", "--report", out.toString(), "--clip", clip.toString());
        assertEquals(0, run.code(), run.err());
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(
                    List.of("report.html", "report.json", "report.md"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        JsonNode report = JSON.readTree(out.resolve("report.json").toFile())
                .path("models")
                .path(0);
        JsonNode printed = JSON.readTree(run.out());
        assertFalse(printed.has("measures"), "what the command prints stays as it was");
        assertEquals(printed.path("photo_turn"), report.path("photo_turn"));
        double words =
                report.path("measures").path("agent BLEU-1").path("value").asDouble(-1);
        assertTrue(words > 0 && words < 100, report.toString());
        // it shares no photo; what was due is scored all the same
        assertFalse(report.path("measures").has("CLIPScore with the agent's captions"), report.toString());
        assertTrue(report.path("measures").has("CLIPScore of true pictures with true captions"), report.toString());
        assertTrue(Files.readString(out.resolve("report.html")).contains("Shared: <em>none</em>"));

        CommandLineRun without = CommandLineRun.of("evaluate", model, "--held-out", "4", "--json");
        assertEquals(run.out(), without.out());
    }

    @Test
    void dialoguesOfOnesOwnAreSaidBySpeaker() throws IOException {
        String model = ScriptedStages.folder(folder).toString();
        OwnFiles.write(folder);
        // the user asks for a photo as the scripted model understands it; once the photo is there but damaged
        Path own = folder.resolve("own.jsonl");
        Files.writeString(own, Files.readString(own).replace("did you", "<a boat> did you"));
        Files.writeString(folder.resolve("photos/5.png"), "no picture");
        Path out = folder.resolve("report");
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                model,
                "--data",
                own.toString(),
                "--speakers",
                "both",
                "--json",
                "--report",
                out.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.err().contains("1 damaged; 1 dialogues left out"), run.err());
        JsonNode models = JSON.readTree(out.resolve("report.json").toFile()).path("models");
        JsonNode agent = models.path(0);
        JsonNode user = models.path(1);
        assertEquals("agent", agent.path("speaker").asText());
        assertEquals("user", user.path("speaker").asText());
        int dialogues = OwnFiles.DIALOGUES - 1;
        assertEquals(dialogues, agent.path("dialogues").asInt());
        // it answers the first turn with a photo and the second without one, as it was
        assertEquals(1, agent.path("photo_turn").path("f1").asDouble(), agent.toString());
        assertFalse(agent.has("caption"), agent.toString());
        JsonNode measures = agent.path("measures");
        for (String name : List.of("BLEU-1", "BLEU-2", "ROUGE-L", "judge-IS", "judge-FID", "judge-KID")) {
            assertEquals(2, measures.path(name).path("interval").size(), name + " in " + measures);
        }
        // the user's second turn is the agent's words again, "yes, look" in place of "nice"
        assertEquals(0, user.path("measures").path("BLEU-1").path("value").asDouble(), 1e-6);
        assertFalse(user.path("measures").has("judge-FID"), user.toString());
        assertFalse(user.has("photo_turn"), "it was to share none, and shared none");
        assertTrue(Files.readString(out.resolve("report.md")).contains(", agent | "));
        assertTrue(Files.readString(out.resolve("report.html")).contains("Due: a boat number 0 on a lake"));
        refused("no dialogue of", "evaluate", model, "--data", empty().toString());
        refused(
                "there is no file",
                "evaluate",
                model,
                "--data",
                folder.resolve("nowhere").toString());
    }

    private Path empty() throws IOException {
        return Files.writeString(folder.resolve("empty.jsonl"), "");
    }

    @Test
    void whatCannotBeDoneIsSaidBeforeAnythingIsDone() throws IOException {
        String model = ScriptedStages.folder(folder).toString();
        Path file = Files.writeString(folder.resolve("file"), "");
        refused("is not a folder", "evaluate", model, "--report", file.toString());
        refused("give --report", "evaluate", model, "--clip", folder.toString());
        refused("unknown device 'gpu'", "evaluate", model, "--device", "gpu");
        refused("there is no cuda:99: ", "evaluate", model, "--device", "cuda:99");
        refused(
                "preprocessor_config.json",
                "evaluate",
                model,
                "--clip",
                folder.toString(),
                "--report",
                folder.resolve("out").toString());
        assertFalse(Files.exists(folder.resolve("out")));
    }

    private static void refused(String reason, String... args) {
        CommandLineRun run = CommandLineRun.of(args);
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains(reason), run.err());
        assertFalse(run.err().contains("dialogues\n"), run.err());
    }
}
