package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.tensor.Shapes;

/**
 * Whatever bytes a header holds, it is either refused with a {@link WeightException} or describes tensors that lie in the file.
 * An ordinary test run replays the inputs kept beside it; {@code JAZZER_FUZZ=1 mvn test -Dtest=SafetensorsHeaderFuzzTest} searches
 * for new ones.
 */
class SafetensorsHeaderFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void headerIsRefusedOrSound(FuzzedDataProvider data) {
        long dataBytes = data.consumeInt(0, 1 << 20);
        byte[] bytes = data.consumeRemainingAsBytes();
        SafetensorsHeader header;
        try {
            header = SafetensorsHeader.parse(bytes, dataBytes, "fuzzed");
        } catch (WeightException e) {
            assertTrue(e.getMessage().startsWith("fuzzed "), e.getMessage());
            return;
        }
        long position = 0;
        for (SafetensorsHeader.Entry entry : header.tensors().values()) {
            assertTrue(entry.start() == position && entry.end() >= position && entry.end() <= dataBytes);
            assertTrue(Shapes.size(entry.shape()) <= entry.end() - entry.start());
            position = entry.end();
        }
        assertTrue(position == dataBytes);
    }
}
