package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusWriterTest {

    @TempDir
    private Path folder;

    private List<String> write(String name, CorpusWriter writer, int count) throws IOException {
        writer.write(folder.resolve(name), count, new Cancellation(), written -> {});
        return Files.readAllLines(folder.resolve(name).resolve("dialogues.jsonl"));
    }

    @Test
    void linesPhotosAndFactsBelongTogether() throws IOException {
        List<String> lines = write("a", new CorpusWriter(Split.HELD_OUT, 5, 32), 40);
        assertEquals(40, lines.size());
        int photos = 0;
        for (String line : lines) {
            JsonNode dialogue = new ObjectMapper().readTree(line);
            assertEquals("held_out", dialogue.path("split").asText());
            for (JsonNode turn : dialogue.path("turns")) {
                assertTrue(
                        List.of("user", "agent").contains(turn.path("speaker").asText()));
                JsonNode photo = turn.path("photo");
                if (!photo.isMissingNode()) {
                    photos++;
                    assertEquals(
                            32,
                            ImageIO.read(folder.resolve("a")
                                            .resolve(photo.path("file").asText())
                                            .toFile())
                                    .getWidth());
                    CaptionFacts facts =
                            CaptionReader.read(photo.path("caption").asText());
                    JsonNode first = photo.path("scene").path("items").path(0);
                    assertEquals(
                            facts.mentions().get(0).subject().name().toLowerCase(Locale.ROOT),
                            first.path("subject").asText());
                    assertEquals(
                            facts.mentions().get(0).count().orElseThrow(),
                            first.path("count").asInt());
                    assertEquals(
                            facts.place().orElseThrow().name().toLowerCase(Locale.ROOT),
                            photo.path("scene").path("place").asText());
                }
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve("a").resolve("photos"))) {
            assertEquals(photos, files.count());
        }
    }

    @Test
    void aSeedGivesTheSameCorpusAndAShorterOneIsItsBeginning() throws IOException {
        CorpusWriter writer = new CorpusWriter(Split.TRAIN, 6, 0);
        List<String> lines = write("a", writer, 30);
        assertEquals(lines, write("b", writer, 30));
        assertEquals(lines.subList(0, 10), write("c", writer, 10));
        assertFalse(lines.equals(write("d", new CorpusWriter(Split.TRAIN, 7, 0), 30)));
    }

    @Test
    void aCancelledCorpusLeavesNothing() throws IOException {
        Cancellation cancellation = new Cancellation();
        CorpusWriter writer = new CorpusWriter(Split.TRAIN, 6, 16);
        assertThrows(
                CancelledException.class,
                () -> writer.write(folder.resolve("a"), 30, cancellation, written -> {
                    if (written == 12) {
                        cancellation.cancel();
                    }
                }));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        CorpusWriter writer = new CorpusWriter(Split.TRAIN, 6, 0);
        Files.createDirectory(folder.resolve("empty"));
        assertEquals(2, write("empty", writer, 2).size());
        assertThrows(IllegalArgumentException.class, () -> write("empty", writer, 2));
        Files.writeString(folder.resolve("file"), "x");
        assertThrows(IllegalArgumentException.class, () -> write("file", writer, 2));
        assertThrows(IllegalArgumentException.class, () -> write("new", writer, 0));
        assertThrows(IllegalArgumentException.class, () -> new CorpusWriter(Split.TRAIN, 1, 7));
    }
}
