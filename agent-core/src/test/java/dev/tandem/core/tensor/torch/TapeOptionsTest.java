package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Precision;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Computing in bfloat16, and blocks that are computed again on the way back. */
class TapeOptionsTest {

    private static final TapeOptions BFLOAT16 = new TapeOptions(Precision.BFLOAT16, false);

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

    private Tensor randn(int seed, long... shape) {
        return engine.randn(new SplittableRandom(seed), shape);
    }

    // ---- bfloat16

    @Test
    void onlyProductsInsideMixedAreBfloat16() {
        Tensor x = randn(1, 2, 4, 8);
        Tensor w = randn(2, 8, 8);
        assertEquals(DType.FLOAT32, engine.mixed(() -> x.linear(w, null)).dtype(), "no tape");
        try (GradientTape plain = engine.gradientTape()) {
            assertEquals(DType.FLOAT32, engine.mixed(() -> x.linear(w, null)).dtype(), "a tape in float32");
        }
        try (GradientTape tape = engine.gradientTape(BFLOAT16)) {
            assertEquals(DType.FLOAT32, x.linear(w, null).dtype(), "outside");
            engine.mixed(() -> {
                Tensor y = x.linear(w, null);
                assertEquals(DType.BFLOAT16, y.dtype());
                assertEquals(DType.BFLOAT16, x.matmul(w).dtype());
                assertEquals(DType.BFLOAT16, y.silu().dtype());
                assertEquals(DType.BFLOAT16, y.mul(2).dtype());
                Tensor picture = x.reshape(2, 4, 8, 1);
                assertEquals(
                        DType.BFLOAT16,
                        picture.conv2d(randn(3, 4, 4, 3, 3), null, 1, 1).dtype());
                Tensor heads = y.unsqueeze(1);
                assertEquals(
                        DType.BFLOAT16,
                        heads.scaledDotProductAttention(heads, heads, null, true)
                                .dtype());
                for (Tensor precise : List.of(
                        y.rmsNorm(engine.full(1, 8), 1e-5),
                        y.layerNorm(null, null, 1e-5),
                        y.groupNorm(2, null, null, 1e-5),
                        y.softmax(-1),
                        y.logSoftmax(-1),
                        y.sum(),
                        y.mean(-1, false),
                        y.exp(),
                        y.reshape(-1, 8).crossEntropy(engine.tensor(new long[8], 8)),
                        y.add(x))) {
                    assertEquals(DType.FLOAT32, precise.dtype());
                }
                return y;
            });
        }
    }

    @Test
    void bfloat16KeepsEightBits() {
        Tensor x = engine.tensor(new float[] {1 + 1f / 256, 1 + 3f / 256, -2}, 3);
        assertArrayEquals(new float[] {1, 1 + 1f / 64, -2}, x.to(DType.BFLOAT16).toFloatArray());
        assertEquals(DType.FLOAT32, x.to(DType.BFLOAT16).to(DType.FLOAT32).dtype());
        assertArrayEquals(new float[] {1}, x.narrow(0, 0, 1).to(DType.BFLOAT16).toFloatArray());
    }

    @Test
    void gradientsOfWeightsAreFloat32AndClose() {
        Tensor w = randn(1, 16, 16).requiresGrad(true);
        Tensor kernel = randn(2, 4, 4, 3, 3).requiresGrad(true);
        Tensor x = randn(3, 2, 16, 16);
        Tensor mask = engine.tensor(new float[] {0, -Float.MAX_VALUE, 0, 0}, 1, 1, 2, 2);
        List<float[]> found = new ArrayList<>();
        for (TapeOptions options : List.of(TapeOptions.PLAIN, BFLOAT16)) {
            try (GradientTape tape = engine.gradientTape(options)) {
                Tensor y = engine.mixed(() -> {
                    Tensor attended = x.linear(w, null).reshape(2, 16, 2, 8);
                    attended = attended.scaledDotProductAttention(attended, attended, mask, false);
                    return attended.reshape(2, 4, 8, 8)
                            .conv2d(kernel, null, 1, 1)
                            .silu();
                });
                tape.backward(y.to(DType.FLOAT32).square().mean());
            }
            for (Tensor trained : List.of(w, kernel)) {
                Tensor gradient = Objects.requireNonNull(trained.grad());
                assertEquals(DType.FLOAT32, gradient.dtype());
                found.add(gradient.toFloatArray());
                trained.zeroGrad();
            }
        }
        for (int i = 0; i < 2; i++) {
            assertFalse(Arrays.equals(found.get(i), found.get(2 + i)), "it was computed in bfloat16");
            assertTrue(
                    cosine(found.get(i), found.get(2 + i)) > 0.999, "cosine " + cosine(found.get(i), found.get(2 + i)));
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void aLossIsFloat32() {
        Tensor w = randn(1, 1, 4).requiresGrad(true);
        try (GradientTape tape = engine.gradientTape(BFLOAT16)) {
            Tensor loss = engine.mixed(() -> randn(2, 1, 4).linear(w, null));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> tape.backward(loss));
            assertTrue(e.getMessage().contains("to(FLOAT32)"), e.getMessage());
        }
    }

    // ---- checkpointing

    /** A small UNet: levels with skips, a time and a text that every block reads, and one weight in two blocks. */
    private final class Net {
        final List<Tensor> weights = IntStream.range(0, 6)
                .mapToObj(i -> randn(20 + i, 8, 8).mul(0.3).requiresGrad(true))
                .toList();
        final Tensor time = randn(10, 1, 8).requiresGrad(true);
        final Tensor text = randn(11, 8, 8).requiresGrad(true);
        int runs;

        private Tensor block(int i, List<Tensor> in) {
            runs++;
            Tensor w = weights.get(i);
            Tensor y = in.get(0)
                    .linear(w, null)
                    .add(in.get(1))
                    .rmsNorm(engine.full(1, 8), 1e-5)
                    .silu();
            return in.get(0).add(y.linear(in.get(2), null)).add(y.matmul(in.get(2)));
        }

        private Tensor through(int i, Tensor x, Tensor t, Tensor c) {
            return engine.checkpointed(List.of(x, t, c), in -> block(i, in));
        }

        Tensor forward(Tensor x) {
            Tensor t = time.silu();
            Tensor c = text.mul(0.5).silu();
            Tensor start = engine.checkpointed(List.of(x), in -> in.get(0).linear(weights.get(0), null));
            Tensor a = through(1, start, t, c);
            Tensor b = through(2, a, t, c);
            Tensor up = through(3, engine.cat(List.of(b, a), 0), t, c);
            Tensor top = through(4, engine.cat(List.of(up, start, b), 0), t, c);
            return through(5, top, t, c).mul(top);
        }

        List<Tensor> trained() {
            List<Tensor> all = new ArrayList<>(weights);
            all.add(time);
            all.add(text);
            return all;
        }
    }

    private List<float[]> gradients(Net net, TapeOptions options, int passes) {
        for (int pass = 0; pass < passes; pass++) {
            try (Scope step = engine.scope();
                    GradientTape tape = engine.gradientTape(options)) {
                Tensor y = engine.mixed(() -> net.forward(randn(30, 8, 8)));
                tape.backward(y.to(DType.FLOAT32).square().mean());
            }
        }
        List<float[]> found = new ArrayList<>();
        for (Tensor each : net.trained()) {
            found.add(Objects.requireNonNull(each.grad()).toFloatArray());
            each.zeroGrad();
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreTheSameBits(Precision precision) {
        Net net = new Net();
        List<float[]> kept = gradients(net, new TapeOptions(precision, false), 2);
        int runs = net.runs;
        List<float[]> again = gradients(net, new TapeOptions(precision, true), 2);
        assertEquals(2 * runs, net.runs - runs, "every block ran twice");
        for (int i = 0; i < kept.size(); i++) {
            assertArrayEquals(kept.get(i), again.get(i), 0, "tensor " + i);
        }
    }

    @Test
    void twoLossesOfOneTapeWaitForTheirOwnBackwardPass() {
        Tensor a = randn(1, 4, 4).requiresGrad(true);
        Tensor b = randn(2, 4, 4).requiresGrad(true);
        try (GradientTape tape = engine.gradientTape(new TapeOptions(Precision.FLOAT32, true))) {
            Tensor first =
                    engine.checkpointed(List.of(randn(3, 4, 4)), in -> in.get(0).matmul(a));
            Tensor second =
                    engine.checkpointed(List.of(randn(4, 4, 4)), in -> in.get(0).matmul(b));
            tape.backward(second.sum());
            assertEquals(null, a.grad());
            assertArrayEquals(
                    randn(4, 4, 4).transpose(0, 1).matmul(engine.full(1, 4, 4)).toFloatArray(),
                    Objects.requireNonNull(b.grad()).toFloatArray(),
                    1e-5f);
            tape.backward(first, engine.full(2, 4, 4));
            assertArrayEquals(
                    randn(3, 4, 4).transpose(0, 1).matmul(engine.full(2, 4, 4)).toFloatArray(),
                    Objects.requireNonNull(a.grad()).toFloatArray(),
                    1e-5f);
            assertThrows(IllegalStateException.class, () -> tape.backwardKeepingGraph(first.sum()));
        }
    }

    @Test
    void aBlockThatNothingIsTrainedInRunsOnce() {
        int[] runs = {0};
        Tensor w = randn(1, 4, 4).requiresGrad(true);
        Tensor frozen = randn(2, 4, 4);
        try (GradientTape tape = engine.gradientTape(new TapeOptions(Precision.FLOAT32, true))) {
            Tensor x = engine.checkpointed(List.of(randn(3, 4, 4)), in -> {
                runs[0]++;
                return in.get(0).matmul(frozen);
            });
            tape.backward(x.matmul(w).sum());
        }
        assertEquals(1, runs[0]);
        assertTrue(w.grad() != null);
    }
}
