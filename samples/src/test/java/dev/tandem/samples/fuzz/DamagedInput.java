package dev.tandem.samples.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What fuzz tests of readers share: a folder for the input, and the one way in which a reader may refuse it. */
public final class DamagedInput {

    private static final Path FOLDER = folder();

    private DamagedInput() {}

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("tandem-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try (Stream<Path> files = Files.walk(folder)) {
                    List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
                    for (Path each : all) {
                        Files.delete(each);
                    }
                } catch (IOException e) {
                    // temporary files
                }
            }));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file, whose folder is the same for all calls. */
    public static Path file(String name, byte[] content) {
        try {
            return Files.write(FOLDER.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a reader takes its input; if it refuses, then with one line that says why. Any other failure is the test's. */
    public static boolean accepted(Runnable reader) {
        try {
            reader.run();
            return true;
        } catch (WeightException | IllegalArgumentException e) {
            String message = e.getMessage();
            assertTrue(message != null && !message.isBlank(), "a refusal says why");
            assertFalse(message.codePoints().anyMatch(Character::isISOControl), message);
            assertTrue(message.length() < 3000, message);
            return false;
        }
    }
}
