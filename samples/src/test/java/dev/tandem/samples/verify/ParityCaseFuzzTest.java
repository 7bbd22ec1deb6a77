package dev.tandem.samples.verify;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whatever case.json holds, the case passes or fails with a reason. JAZZER_FUZZ=1 searches for new inputs. */
class ParityCaseFuzzTest {

    private static final ParityRunner RUNNER = new ParityRunner(TorchEngine.cpu());

    @FuzzTest
    void description(byte[] bytes) {
        check(bytes);
    }

    static boolean check(byte[] bytes) {
        try {
            Path folder = Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "tandem-fuzz-case-" + ProcessHandle.current().pid());
            Files.createDirectories(folder);
            try {
                Files.write(folder.resolve("case.json"), bytes);
                ParityResult result = RUNNER.run(folder);
                boolean passed = result.outcome() == ParityResult.Outcome.PASSED;
                assertFalse(!passed && result.message().isBlank(), "a failure has a reason");
                return passed;
            } finally {
                Files.deleteIfExists(folder.resolve("case.json"));
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
