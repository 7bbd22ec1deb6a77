package dev.tandem.samples.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.verify.ParityResult.Outcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case under {@code resources/parity}, made by the reference implementations, agrees within its tolerance. */
class ParityTest {

    private static final ParityRunner RUNNER = new ParityRunner(TorchEngine.cpu());

    static List<Path> cases() throws IOException, URISyntaxException {
        return ParityRunner.cases(folder());
    }

    static Path folder() throws URISyntaxException {
        URL url = Objects.requireNonNull(ParityTest.class.getResource("/parity"), "parity cases");
        return Path.of(url.toURI());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void equalsTheReference(Path parityCase) {
        ParityResult result = RUNNER.run(parityCase);
        assertEquals(Outcome.PASSED, result.outcome(), result.message());
    }
}
