package dev.tandem.core.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogitRowsTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final long V = 11;
    private static final long[] SOME = {4, 5, 6, 1, 8, 0};
    private Scope scope;
    private Tensor logits;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
        logits = ENGINE.randn(new SplittableRandom(1), 9, V).mul(3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void someRowsSayTheSameAsACopyOfThem() {
        LogitRows some = LogitRows.of(logits, SOME, logits.logSumExp());
        LogitRows copied = LogitRows.of(logits.indexSelect(0, ENGINE.tensor(SOME, SOME.length)));
        assertEquals(6, some.count());
        assertEquals(V, some.vocabulary());
        assertArrayEquals(copied.argmax().toLongArray(), some.argmax().toLongArray());
        assertArrayEquals(copied.values().toFloatArray(), some.values().toFloatArray());
        assertArrayEquals(
                copied.values(new int[] {3, 0}).toFloatArray(),
                some.values(new int[] {3, 0}).toFloatArray());
        assertArrayEquals(copied.logSumExp().toFloatArray(), some.logSumExp().toFloatArray());
        assertArrayEquals(copied.softmax().toFloatArray(), some.softmax().toFloatArray(), 1e-6f);
    }

    @Test
    void probabilitiesAreEntriesOfTheSoftmax() {
        long[] entries = {0, 2 * V + 3, 5 * V + V - 1, 3 * V};
        for (LogitRows rows : new LogitRows[] {LogitRows.of(logits, SOME, logits.logSumExp()), LogitRows.of(logits)}) {
            float[] soft = rows.softmax().toFloatArray();
            float[] probabilities = rows.probabilities(entries);
            for (int i = 0; i < entries.length; i++) {
                assertEquals(soft[(int) entries[i]], probabilities[i], 1e-6f);
            }
        }
    }

    @Test
    void theSoftmaxOfSomeIsNotTheLogitsThemselves() {
        float[] before = logits.toFloatArray();
        LogitRows.of(logits, new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, logits.logSumExp())
                .softmax()
                .scaleRows(ENGINE.zeros(DType.FLOAT32, 9));
        assertArrayEquals(before, logits.toFloatArray());
    }

    @Test
    void refusesWhatAreNoRows() {
        assertEquals(
                "logits must be [N, V], got [99]",
                assertThrows(IllegalArgumentException.class, () -> LogitRows.of(logits.reshape(-1)))
                        .getMessage());
    }
}
