package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Whatever bytes a safetensors file holds, it is refused with a {@link WeightException} or its tensors can be read. An ordinary test run
 * replays the inputs kept beside it; JAZZER_FUZZ=1 searches for new ones.
 */
class SafetensorsFuzzTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    @FuzzTest
    void refusedOrRead(byte[] bytes) {
        check(bytes);
    }

    static boolean check(byte[] bytes) {
        Path file = DamagedInput.file("model.safetensors", bytes);
        return DamagedInput.accepted(() -> {
            FileWeights weights = FileWeights.open(ENGINE, file);
            for (String key : weights.keys()) {
                try (Scope scope = ENGINE.scope()) {
                    long[] shape = weights.shape(key);
                    assertEquals(
                            Shapes.toString(shape),
                            Shapes.toString(
                                    weights.get(key, Init.zeros(), shape).shape()));
                }
            }
            assertTrue(Safetensors.open(file).metadata().values().stream().noneMatch(Objects::isNull));
        });
    }
}
