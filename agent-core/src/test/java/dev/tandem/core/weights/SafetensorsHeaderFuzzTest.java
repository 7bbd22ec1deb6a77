package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.tensor.Shapes;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes a header holds, it is either refused with a {@link WeightException} or describes tensors that lie in the file.
 * An ordinary test run replays the inputs kept beside it; {@code JAZZER_FUZZ=1 mvn test -Dtest=SafetensorsHeaderFuzzTest} searches
 * for new ones.
 */
class SafetensorsHeaderFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void headerIsRefusedOrSound(FuzzedDataProvider data) {
        long dataBytes = data.consumeInt(0, 1 << 20);
        check(data.consumeRemainingAsBytes(), dataBytes);
    }

    /** An ordinary run searches a little too: bytes of a good header are changed at random. */
    @Test
    void manyDamagedHeaders() {
        byte[] good = """
                {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
                "b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}}""".getBytes(StandardCharsets.UTF_8);
        byte[] letters = "{}[]\",:0123456789-.eF\\u\u00ff ".getBytes(StandardCharsets.ISO_8859_1);
        SplittableRandom random = new SplittableRandom(7);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = good.clone();
            for (int k = random.nextInt(4); k > 0; k--) {
                bytes[random.nextInt(bytes.length)] = letters[random.nextInt(letters.length)];
            }
            accepted += check(bytes, 24) ? 1 : 0;
        }
        assertTrue(accepted > 7000 && accepted < 20_000, "the good ones and no others are accepted: " + accepted);
    }

    private static boolean check(byte[] bytes, long dataBytes) {
        SafetensorsHeader header;
        try {
            header = SafetensorsHeader.parse(bytes, dataBytes, "fuzzed");
        } catch (WeightException e) {
            assertTrue(e.getMessage().startsWith("fuzzed "), e.getMessage());
            return false;
        }
        long position = 0;
        for (SafetensorsHeader.Entry entry : header.tensors().values()) {
            assertTrue(entry.start() == position && entry.end() >= position && entry.end() <= dataBytes);
            assertTrue(Shapes.size(entry.shape()) <= entry.end() - entry.start());
            position = entry.end();
        }
        assertTrue(position == dataBytes);
        return true;
    }
}
