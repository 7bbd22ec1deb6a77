package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusCommandTest {

    @TempDir
    private Path folder;

    @Test
    void itWritesDialoguesAndPhotos() throws IOException {
        Path out = folder.resolve("corpus");
        CommandLineRun run = CommandLineRun.of(
                "corpus",
                "--out",
                out.toString(),
                "--count",
                "12",
                "--split",
                "held-out",
                "--size",
                "32",
                "--seed",
                "4");
        assertEquals(0, run.code(), run.err());
        assertEquals(12, Files.readAllLines(out.resolve("dialogues.jsonl")).size());
        assertTrue(Files.isDirectory(out.resolve("photos")));
    }

    @Test
    void whatIsWrongIsSaidInOneSentence() {
        for (String[] wrong :
                new String[][] {{"--split", "test"}, {"--size", "5"}, {"--count", "0"}, {"--count", "many"}}) {
            CommandLineRun run =
                    CommandLineRun.of("corpus", "--out", folder.resolve("x").toString(), wrong[0], wrong[1]);
            assertEquals(2, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
        CommandLineRun full =
                CommandLineRun.of("corpus", "--out", folder.getParent().toString());
        assertEquals(2, full.code(), full.err());
        assertTrue(full.err().contains("not empty"), full.err());
    }
}
