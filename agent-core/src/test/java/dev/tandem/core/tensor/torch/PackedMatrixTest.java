package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.PackedMatrix;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedMatrixTest {

    private final TorchEngine engine = TorchEngine.cpu();

    @BeforeEach
    void onlyWhereTheProcessorCan() {
        assumeTrue(engine.packs(), "this processor has no float16 matrices");
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "1,5,3", "7,17,33", "3,576,1536", "1,49,9001"}) // odd sizes, and one that makes several blocks
    void multipliesAsAMatrixRoundedToFloat16(int tokens, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(1);
        int large = rows * (columns == 9001 ? 40 : 1);
        try (Scope scope = engine.scope()) {
            Tensor weight = engine.randn(random, large, columns);
            Tensor x = engine.randn(random, 2, tokens, columns);
            PackedMatrix packed = engine.pack(weight);
            Tensor rounded = weight.to(DType.FLOAT16).to(DType.FLOAT32);
            Tensor expected = x.linear(rounded, null);
            weight.close(); // the packed matrix is a copy
            Tensor actual = packed.linear(x);
            assertEquals(large, packed.rows());
            assertEquals(columns, packed.columns());
            assertArrayEquals(expected.shape(), actual.shape());
            assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), (float) (2e-5 * Math.sqrt(columns)));
        }
    }

    @Test
    void keepsSmallAndLargeFloat16Values() {
        try (Scope scope = engine.scope()) {
            float[] values = {65504, -65504, 0x1p-14f, 0x1p-24f, 0, 1};
            Tensor one = engine.tensor(new float[] {1}, 1, 1);
            assertArrayEquals(
                    values, engine.pack(engine.tensor(values, 6, 1)).linear(one).toFloatArray(), 0);
        }
    }

    @Test
    void aLayerAddsItsBias() {
        try (Scope scope = engine.scope()) {
            Linear layer = new Linear.Packed(
                    engine.pack(engine.tensor(new float[] {1, 2, 3, 4}, 2, 2)), engine.tensor(new float[] {10, 20}, 2));
            Tensor y = layer.apply(engine.tensor(new float[] {1, 1}, 1, 2));
            assertArrayEquals(new float[] {13, 27}, y.toFloatArray(), 0);
            assertEquals(2, layer.out());
        }
    }

    @Test
    void belongsToItsScope() {
        PackedMatrix packed;
        try (Scope scope = engine.scope()) {
            int before = scope.size();
            Tensor weight = engine.full(1, 4, 4);
            packed = engine.pack(weight);
            weight.close();
            assertEquals(before + 1, scope.size());
        }
        try (Scope scope = engine.scope()) {
            Tensor x = engine.full(1, 1, 4);
            String message = assertThrows(IllegalStateException.class, () -> packed.linear(x))
                    .getMessage();
            assertTrue(message.contains("scope"), message);
        }
    }

    @Test
    void refusesWhatIsNoMatrixAndRowsOfAnotherWidth() {
        try (Scope scope = engine.scope()) {
            Tensor cube = engine.full(1, 2, 2, 2);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> engine.pack(cube))
                    .getMessage()
                    .contains("[2, 2, 2]"));
            PackedMatrix packed = engine.pack(engine.full(1, 2, 3));
            Tensor x = engine.full(1, 1, 4);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> packed.linear(x))
                    .getMessage()
                    .contains("rows of 3 values"));
        }
    }
}
