package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.data.DialogueData;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.data.RecordedTurn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {

    @TempDir
    private Path folder;

    private Path corpus(String size) {
        Path out = folder.resolve("corpus");
        CommandLineRun run =
                CommandLineRun.of("corpus", "--out", out.toString(), "--count", "30", "--size", size, "--seed", "4");
        assertEquals(0, run.code(), run.err());
        return out;
    }

    @Test
    void whatCorpusWritesIsReadBack() throws IOException {
        Path out = corpus("16");
        List<RecordedDialogue> read = new ArrayList<>();
        DialogueData.builder(out).checkPictures(true).build().read(read::add);
        List<String> lines = Files.readAllLines(out.resolve("dialogues.jsonl"));
        assertEquals(lines.size(), read.size());
        int photos = 0;
        for (int i = 0; i < read.size(); i++) {
            JsonNode turns = new ObjectMapper().readTree(lines.get(i)).path("turns");
            assertEquals(turns.size(), read.get(i).turns().size());
            for (int t = 0; t < turns.size(); t++) {
                RecordedTurn turn = read.get(i).turns().get(t);
                JsonNode written = turns.get(t);
                assertEquals(
                        written.path("speaker").asText(), turn.speaker().name().toLowerCase(Locale.ROOT));
                assertEquals(written.path("text").asText(), turn.text());
                assertEquals(written.has("photo"), turn.photo().isPresent());
                if (turn.photo().isPresent()) {
                    photos++;
                    assertEquals(
                            written.path("photo").path("caption").asText(),
                            turn.photo().get().caption());
                    assertEquals(
                            out.toAbsolutePath()
                                    .resolve(written.path("photo").path("file").asText()),
                            turn.photo().get().file());
                }
            }
        }
        assertTrue(photos > 10, "only " + photos + " photos");
    }

    @Test
    void dataThatAreWholeEndWithZero() {
        CommandLineRun run = CommandLineRun.of("data", corpus("16").toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("dialogues  30, 0 left out, 30 to learn from"), run.out());
        assertTrue(run.out().contains("0 missing, 0 damaged, 0 without a caption"), run.out());
    }

    @Test
    void missingAndDamagedPhotosAreNamed() throws IOException {
        Path out = corpus("16");
        List<Path> photos;
        try (var files = Files.list(out.resolve("photos"))) {
            photos = files.sorted().toList();
        }
        Files.delete(photos.get(0));
        Files.writeString(photos.get(1), "no picture");
        CommandLineRun run = CommandLineRun.of("data", out.toString(), "--format", "jsonl");
        assertEquals(1, run.code(), run.err());
        assertTrue(run.out().contains("1 missing, 1 damaged"), run.out());
        assertTrue(run.out().contains(String.valueOf(photos.get(0).getFileName())), run.out());
        assertTrue(run.out().contains(String.valueOf(photos.get(1).getFileName())), run.out());
        CommandLineRun quick = CommandLineRun.of("data", out.toString(), "--quick", "--missing", "skip_dialogue");
        assertTrue(quick.out().contains("1 missing, not decoded"), quick.out());
        assertTrue(quick.out().contains("1 left out, 29 to learn from"), quick.out());
        CommandLineRun elsewhere = CommandLineRun.of("data", out.toString(), "--photos", folder.toString(), "--quick");
        assertTrue(elsewhere.out().contains("and more"), elsewhere.out());
    }

    @Test
    void captionsAloneAreMissingPhotos() {
        CommandLineRun run = CommandLineRun.of("data", corpus("0").toString());
        assertEquals(1, run.code(), run.err());
        assertTrue(run.out().contains(" 0 usable"), run.out());
    }

    @Test
    void whatIsWrongIsSaidInOneSentence() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"turns\":[{\"speaker\":\"\u001b[2J\"}]}");
        for (String[] wrong : new String[][] {
            {"data", folder.resolve("nothing").toString()},
            {"data", bad.toString()},
            {"data", bad.toString(), "--format", "xml"},
            {"data", bad.toString(), "--format", "mmdialog"}
        }) {
            CommandLineRun run = CommandLineRun.of(wrong);
            assertEquals(2, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
            assertTrue(run.err().chars().noneMatch(c -> c == 0x1B), run.err());
        }
    }
}
