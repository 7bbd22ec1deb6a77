package dev.tandem.core.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.CodedOutputStream;
import dev.tandem.core.weights.WeightException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes a file holds, it is either refused with a {@link WeightException} or has pieces. An ordinary test run changes bytes of a good
 * file at random; {@code JAZZER_FUZZ=1 mvn test -Dtest=SentencePieceFuzzTest} searches further.
 */
class SentencePieceFuzzTest {

    private static final Path NAME = Path.of("fuzzed");

    @FuzzTest(maxDuration = "2m")
    void fileIsRefusedOrHasPieces(FuzzedDataProvider data) {
        check(data.consumeRemainingAsBytes());
    }

    private static byte[] message(Object... fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i < fields.length; i += 2) {
            int number = (Integer) fields[i];
            if (fields[i + 1] instanceof String text) {
                out.writeString(number, text);
            } else if (fields[i + 1] instanceof Float value) {
                out.writeFloat(number, value);
            } else if (fields[i + 1] instanceof byte[] value) {
                out.writeByteArray(number, value);
            } else {
                out.writeInt32(number, (Integer) fields[i + 1]);
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] good() throws IOException {
        return message(
                1, message(1, "<unk>", 2, 0f, 3, 2),
                1, message(1, "<s>", 2, 0f, 3, 3),
                1, message(1, "\u2581dog", 2, -1.5f),
                2, message(1, "corpus.txt", 3, 2, 40, 0, 45, "<unk>"),
                3, message(1, "rules", 2, new byte[] {1, 2, 3}, 3, 1),
                99, "something of a later version");
    }

    @Test
    void readsTheFieldsThatCountAndSkipsTheRest() throws IOException {
        SentencePiece model = SentencePiece.read(NAME, good());
        assertEquals(SentencePiece.BYTE_PAIRS, model.kind());
        assertEquals(3, model.pieces().size());
        assertEquals(-1.5f, model.pieces().get(2).score());
        assertTrue(model.pieces().get(1).control());
        assertFalse(model.pieces().get(2).control());
        assertEquals(3, model.charsMap().length);
        assertEquals("<unk>", model.unknownPiece());
    }

    @Test
    void manyDamagedFiles() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good();
            for (int k = random.nextInt(4); k > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            accepted += check(bytes) ? 1 : 0;
        }
        assertTrue(accepted > 5_000 && accepted < 18_000, "the good ones and few others are accepted: " + accepted);
    }

    private static boolean check(byte[] bytes) {
        try {
            assertFalse(SentencePiece.read(NAME, bytes).pieces().isEmpty());
            return true;
        } catch (WeightException e) {
            assertTrue(e.getMessage().startsWith("fuzzed "), e.getMessage());
            return false;
        }
    }
}
