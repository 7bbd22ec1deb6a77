package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.AdamWStep;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchTensorTest {

    private final TorchEngine engine = TorchEngine.cpu();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = engine.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Tensor randn(long seed, long... shape) {
        return engine.randn(new Random(seed), shape);
    }

    private static void assertClose(Tensor expected, Tensor actual, float tolerance) {
        assertArrayEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), tolerance);
    }

    @Test
    void attentionEqualsItsDefinition() {
        Tensor q = randn(1, 2, 4, 5, 8);
        Tensor k = randn(2, 2, 4, 7, 8);
        Tensor v = randn(3, 2, 4, 7, 8);
        Tensor scores = q.matmul(k.transpose(-1, -2)).mul(1 / Math.sqrt(8));
        assertClose(scores.softmax(-1).matmul(v), q.scaledDotProductAttention(k, v, null, false), 1e-5f);
        Tensor mask = randn(4, 1, 1, 5, 7);
        assertClose(scores.add(mask).softmax(-1).matmul(v), q.scaledDotProductAttention(k, v, mask, false), 1e-5f);
    }

    @Test
    void groupedQueriesRepeatTheKeyHeads() {
        Tensor q = randn(1, 1, 4, 5, 8);
        Tensor k = randn(2, 1, 2, 5, 8);
        Tensor v = randn(3, 1, 2, 5, 8);
        Tensor heads = engine.tensor(new long[] {0, 0, 1, 1}, 4);
        assertClose(
                q.scaledDotProductAttention(k.indexSelect(1, heads), v.indexSelect(1, heads), null, true),
                q.scaledDotProductAttention(k, v, null, true),
                1e-6f);
        Tensor three = randn(4, 1, 3, 5, 8);
        assertThrows(IllegalArgumentException.class, () -> q.scaledDotProductAttention(three, three, null, false));
    }

    @Test
    void normsEqualTheirDefinitions() {
        Tensor x = randn(1, 3, 8, 4, 4);
        Tensor w = randn(2, 8);
        Tensor b = randn(3, 8);
        Tensor groups = x.reshape(3, 2, 64);
        Tensor centred = groups.sub(groups.mean(-1, true));
        Tensor normal =
                centred.div(centred.square().mean(-1, true).add(1e-5).sqrt()).reshape(3, 8, 4, 4);
        assertClose(normal.mul(w.reshape(8, 1, 1)).add(b.reshape(8, 1, 1)), x.groupNorm(2, w, b, 1e-5), 1e-5f);
        Tensor rows = randn(4, 5, 8);
        assertClose(rows.div(rows.square().mean(-1, true).add(1e-6).sqrt()).mul(w), rows.rmsNorm(w, 1e-6), 1e-5f);
        Tensor c = rows.sub(rows.mean(-1, true));
        assertClose(c.div(c.square().mean(-1, true).add(1e-5).sqrt()).mul(w).add(b), rows.layerNorm(w, b, 1e-5), 1e-5f);
    }

    @Test
    void rotaryTurnsPairs() {
        Tensor x = engine.tensor(new float[] {1, 2, 3, 4}, 1, 1, 1, 4);
        Tensor zero = engine.zeros(DType.FLOAT32, 1, 4);
        Tensor one = engine.full(1, 1, 4);
        assertArrayEquals(new float[] {-3, -4, 1, 2}, x.rotary(zero, one).toFloatArray());
        assertArrayEquals(new float[] {1, 2, 3, 4}, x.rotary(one, zero).toFloatArray());
    }

    @Test
    void picturesArePaddedPooledAndEnlarged() {
        Tensor x = engine.tensor(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        assertArrayEquals(
                new float[] {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4},
                x.upsampleNearest(2).toFloatArray());
        assertArrayEquals(new float[] {0, 1, 2, 0, 3, 4}, x.pad2d(1, 0, 0, 0).toFloatArray());
        assertArrayEquals(new float[] {2.5f}, x.avgPool2d(2).toFloatArray());
        assertClose(x, x.channelsLast(), 0);
    }

    @Test
    void gradientsOfScriptedOperationsAgreeWithDifferences() {
        Tensor other = randn(7, 1, 2, 3, 4);
        checkGradient((x, y) -> x.scaledDotProductAttention(y, y, null, false), other, 1, 2, 3, 4);
        checkGradient((x, y) -> x.silu().mul(y), other, 1, 2, 3, 4);
        checkGradient((x, y) -> x.geluTanh().mul(y), other, 1, 2, 3, 4);
        checkGradient(
                (x, y) -> x.groupNorm(1, engine.full(2, 2), engine.full(1, 2), 1e-5)
                        .mul(y),
                other,
                1,
                2,
                3,
                4);
        checkGradient((x, y) -> x.rmsNorm(engine.full(2, 4), 1e-5).mul(y), other, 1, 2, 3, 4);
        checkGradient(
                (x, y) -> x.upsampleNearest(2)
                        .sum(-1, true)
                        .mul(y.upsampleNearest(2).mean(-1, true)),
                other,
                1,
                2,
                3,
                4);
    }

    private void checkGradient(BiFunction<Tensor, Tensor, Tensor> function, Tensor other, long... shape) {
        Tensor x = randn(11, shape).requiresGrad(true);
        try (GradientTape tape = engine.gradientTape()) {
            tape.backward(function.apply(x, other).sum());
        }
        Tensor gradient = x.grad();
        assertTrue(gradient != null, "no gradient was recorded");
        float[] values = x.toFloatArray();
        float[] expected = new float[values.length];
        float step = 1e-2f;
        for (int i = 0; i < values.length; i++) {
            float[] up = values.clone();
            float[] down = values.clone();
            up[i] += step;
            down[i] -= step;
            double high = function.apply(engine.tensor(up, shape), other).sum().item();
            double low = function.apply(engine.tensor(down, shape), other).sum().item();
            expected[i] = (float) ((high - low) / (2 * step));
        }
        assertArrayEquals(expected, gradient.toFloatArray(), 2e-2f);
    }

    @Test
    void clampCutsValuesAndGradients() {
        Tensor x = engine.tensor(new float[] {-2, -0.5f, 0.25f, 3}, 4).requiresGrad(true);
        try (GradientTape tape = engine.gradientTape()) {
            Tensor cut = x.clamp(-0.75, 1);
            assertArrayEquals(new float[] {-0.75f, -0.5f, 0.25f, 1}, cut.toFloatArray());
            tape.backward(cut.sum());
        }
        assertArrayEquals(new float[] {0, 1, 1, 0}, x.grad().toFloatArray());
    }

    @Test
    void nothingIsRecordedWithoutATape() {
        Tensor w = randn(1, 3).requiresGrad(true);
        Tensor before = w.mul(2).silu();
        try (GradientTape tape = engine.gradientTape()) {
            tape.backward(w.mul(before).sum());
        }
        assertClose(before, w.grad(), 0);
        w.zeroGrad();
        assertNull(w.grad());
        assertNull(randn(1, 3).requiresGrad(true).grad());
    }

    @Test
    void resultsBelongToTheInnerScopeWhateverTheOperands() {
        Tensor weight = randn(1, 4, 4);
        int before = scope.size();
        Tensor kept;
        try (Scope inner = engine.scope()) {
            Tensor x = weight.matmul(weight).silu();
            kept = inner.keep(x.add(1));
        }
        assertEquals(before + 1, scope.size());
        assertEquals(16, kept.toFloatArray().length);
        Tensor freed;
        try (Scope inner = engine.scope()) {
            freed = weight.add(weight);
        }
        assertThrows(IllegalStateException.class, () -> freed.add(1));
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = engine.scope();
        Scope inner = engine.scope();
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void adamwFollowsItsDefinition() {
        Tensor p = randn(1, 5).requiresGrad(true);
        float[] expected = p.toFloatArray();
        float[] g = randn(2, 5).toFloatArray();
        Tensor m = engine.zeros(DType.FLOAT32, 5);
        Tensor v = engine.zeros(DType.FLOAT32, 5);
        double[] em = new double[5];
        double[] ev = new double[5];
        for (int step = 1; step <= 3; step++) {
            engine.adamw(new AdamWStep(
                    List.of(p),
                    List.of(engine.tensor(g, 5)),
                    List.of(m),
                    List.of(v),
                    step,
                    0.1,
                    0.9,
                    0.99,
                    1e-8,
                    0.01));
            for (int i = 0; i < 5; i++) {
                em[i] = 0.9 * em[i] + 0.1 * g[i];
                ev[i] = 0.99 * ev[i] + 0.01 * g[i] * g[i];
                double mh = em[i] / (1 - Math.pow(0.9, step));
                double vh = ev[i] / (1 - Math.pow(0.99, step));
                expected[i] = (float) (expected[i] * (1 - 0.1 * 0.01) - 0.1 * mh / (Math.sqrt(vh) + 1e-8));
            }
        }
        assertArrayEquals(expected, p.toFloatArray(), 1e-5f);
    }

    @Test
    void setOverwritesALeafInPlace() {
        Tensor w = randn(1, 3).requiresGrad(true);
        w.set(engine.tensor(new float[] {1, 2, 3}, 3));
        assertArrayEquals(new float[] {1, 2, 3}, w.toFloatArray());
    }

    @Test
    void integersStayIntegers() {
        Tensor ids = engine.tensor(new long[] {1, 2, 3}, 3);
        assertEquals(DType.INT64, ids.add(1).dtype());
        assertArrayEquals(new long[] {2, 4, 6}, ids.mul(2).toLongArray());
        assertThrows(IllegalArgumentException.class, () -> ids.to(DType.FLOAT32).toLongArray());
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        Tensor a = randn(1, 2, 3);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> a.matmul(a));
        assertTrue(e.getMessage().contains("matmul") && e.getMessage().contains("(2, 3)"), e.getMessage());
        IllegalArgumentException scripted =
                assertThrows(IllegalArgumentException.class, () -> a.rmsNorm(randn(2, 5), 1e-5));
        assertTrue(scripted.getMessage().contains("rms_norm"), scripted.getMessage());
    }

    @Test
    void weightsOfEveryTypeAreCopied() {
        java.nio.ByteBuffer half = java.nio.ByteBuffer.allocate(4).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        half.putShort((short) 0x3c00).putShort((short) 0xc000).flip();
        assertArrayEquals(
                new float[] {1, -2}, engine.tensor(half, DType.FLOAT16, 2).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> engine.tensor(half, DType.FLOAT32, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 4097, 5000, 32_002})
    void theLargestOfManyIsFoundBlockByBlock(int width) {
        SplittableRandom random = new SplittableRandom(width);
        float[] values = new float[4 * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        int[] places = {0, width - 1, width / 2, 4095};
        for (int row = 0; row < 4; row++) {
            values[row * width + places[row]] = 9;
        }
        values[2 * width + width / 2 + 1] = 9; // of equals the first
        try (Scope scope = engine.scope()) {
            assertArrayEquals(
                    new long[] {0, width - 1, width / 2, 4095},
                    engine.tensor(values, 4, width).argmax(-1).toLongArray());
        }
    }

    @Test
    void rowsAreNormalisedAndChangedInPlace() {
        try (Scope scope = engine.scope()) {
            Tensor x = engine.randn(new SplittableRandom(3), 5, 70_000);
            Tensor factors = engine.tensor(new float[] {1, 0, -2, 3, 0.5f}, 5);
            Tensor softmax = x.softmax(-1);
            assertArrayEquals(
                    x.sub(softmax.log()).amax(-1, false).toFloatArray(),
                    x.logSumExp().toFloatArray(),
                    1e-4f);
            assertArrayEquals(
                    softmax.square().sum(-1, false).sqrt().toFloatArray(),
                    softmax.norm().toFloatArray(),
                    1e-6f);
            Tensor changed = x.mul(1);
            changed.setScaledSoftmax(x.logSumExp(), factors);
            softmax.scaleRows(factors);
            assertArrayEquals(softmax.toFloatArray(), changed.toFloatArray(), 1e-6f);
            Tensor table = engine.full(1, 2, 3);
            table.addAt(engine.tensor(new long[] {5, 0, 5}, 3), engine.tensor(new float[] {1, 2, 3}, 3));
            table.addRowsAt(engine.tensor(new long[] {1}, 1), engine.full(10, 1, 3));
            assertArrayEquals(new float[] {3, 1, 1, 11, 11, 15}, table.toFloatArray());
        }
    }
}
