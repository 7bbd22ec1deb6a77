package dev.tandem.bridge.relax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GumbelSoftmaxTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** y of one row in double precision. */
    private static double[] exact(float[] logits, float[] gumbel, double tau) {
        double norm = 0;
        for (float l : logits) {
            norm += Math.exp(l);
        }
        double[] z = new double[logits.length];
        double top = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < z.length; i++) {
            z[i] = (logits[i] - Math.log(norm) + gumbel[i]) / tau;
            top = Math.max(top, z[i]);
        }
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            z[i] = Math.exp(z[i] - top);
            sum += z[i];
        }
        for (int i = 0; i < z.length; i++) {
            z[i] /= sum;
        }
        return z;
    }

    @Test
    void equalsEquationTwoWithItsGradient() {
        float[] logits = {0.3f, -1f, 2f, 0.1f};
        float[] noise = {1.1f, 0.2f, -0.9f, 0.4f};
        float[] weights = {1f, -2f, 0.5f, 3f};
        double tau = 0.5;
        Relaxed relaxed = GumbelSoftmax.unlimited()
                .apply(LogitRows.of(ENGINE.tensor(logits, 1, 4)), ENGINE.tensor(noise, 1, 4), tau);
        double[] y = exact(logits, noise, tau);
        double mean = 0;
        for (int i = 0; i < 4; i++) {
            mean += y[i] * weights[i];
        }
        float[] gradient =
                relaxed.gradient(ENGINE.tensor(weights, 1, 4)).dense().toFloatArray();
        long[] places = {0, 1, 2, 3};
        float[] soft = relaxed.values(places);
        assertArrayEquals(soft, relaxed.soft().toFloatArray(), 1e-6f);
        assertArrayEquals(
                gradient, relaxed.gradient(places, soft, weights).dense().toFloatArray(), 1e-6f);
        for (int i = 0; i < 4; i++) {
            assertEquals(y[i], soft[i], 1e-6);
            assertEquals(y[i] * (weights[i] - mean) / tau, gradient[i], 1e-5);
        }
        assertArrayEquals(new long[] {0}, relaxed.ids().toLongArray());
        assertEquals(1, relaxed.usableRows());
    }

    @Test
    void withoutNoiseItIsTheSoftmaxWhateverTheTemperature() {
        Tensor logits = ENGINE.tensor(new float[] {1, 2, 3}, 1, 3);
        Relaxed relaxed = GumbelSoftmax.unlimited().apply(LogitRows.of(logits), null, 0.01);
        assertArrayEquals(logits.softmax(-1).toFloatArray(), relaxed.soft().toFloatArray(), 1e-7f);
        assertEquals(1, relaxed.tau());
    }

    @Test
    void withTheNormalizersOfATokenLossItSaysTheSameWithoutASoftmaxOfItsOwn() {
        SplittableRandom random = new SplittableRandom(7);
        Tensor all = ENGINE.randn(random, 6, 30).mul(4);
        long[] rows = {1, 2, 3, 5};
        long[] places = {0, 31, 62, 119, 93};
        float[] gradients = {1, -2, 0.5f, 3, 1};
        for (double limit : new double[] {Double.POSITIVE_INFINITY, 0.3}) {
            GumbelSoftmax relax = new GumbelSoftmax(limit);
            Relaxed own = relax.apply(LogitRows.of(all.indexSelect(0, ENGINE.tensor(rows, 4))), null, 1);
            Relaxed shared = relax.apply(LogitRows.of(all, rows, all.logSumExp()), null, 1);
            assertArrayEquals(own.ids().toLongArray(), shared.ids().toLongArray());
            assertEquals(own.usableRows(), shared.usableRows());
            assertArrayEquals(own.values(places), shared.values(places), 1e-6f);
            Tensor whole = ENGINE.randn(random, 4, 30);
            assertArrayEquals(
                    own.gradient(whole).dense().toFloatArray(),
                    shared.gradient(whole).dense().toFloatArray(),
                    1e-6f);
            assertArrayEquals(
                    own.gradient(places, own.values(places), gradients).dense().toFloatArray(),
                    shared.gradient(places, shared.values(places), gradients)
                            .dense()
                            .toFloatArray(),
                    1e-6f);
        }
    }

    @Test
    void staysFiniteAtTheSmallestTemperature() {
        SplittableRandom random = new SplittableRandom(5);
        Tensor logits = ENGINE.randn(random, 64, 5000).mul(20);
        Relaxed relaxed =
                new GumbelSoftmax(100).apply(LogitRows.of(logits), GumbelSoftmax.noise(ENGINE, random, 64, 5000), 1e-4);
        Tensor gradients = ENGINE.randn(random, 64, 5000);
        for (float g : relaxed.gradient(gradients).dense().toFloatArray()) {
            assertTrue(Float.isFinite(g));
        }
        assertTrue(relaxed.usableRows() < 0.5, "at 1e-4 most rows are settled: " + relaxed.usableRows());
    }

    @Test
    void limitsTheStrengthOfATie() {
        // the first row is a tie, whose strength is 0.5 / tau = 5000; the second is all but settled
        float[][] gradients = new float[2][];
        double[] limits = {Double.POSITIVE_INFINITY, 100};
        for (int run = 0; run < 2; run++) {
            Tensor logits = ENGINE.tensor(new float[] {3, 3, 0, 6e-4f}, 2, 2);
            Relaxed relaxed =
                    new GumbelSoftmax(limits[run]).apply(LogitRows.of(logits), ENGINE.zeros(DType.FLOAT32, 2, 2), 1e-4);
            assertEquals(run == 0 ? 1 : 0.5, relaxed.usableRows());
            gradients[run] = relaxed.gradient(ENGINE.tensor(new float[] {1, 0, 1, 0}, 2, 2))
                    .dense()
                    .toFloatArray();
        }
        assertEquals(2500, gradients[0][0], 1);
        assertEquals(2500 * 100 / 5000.0, gradients[1][0], 0.1);
        assertEquals(gradients[0][2], gradients[1][2], 1e-3);
        assertTrue(gradients[0][2] > 1);
    }

    @Test
    void drawsGumbelNoise() {
        float[] noise =
                GumbelSoftmax.noise(ENGINE, new SplittableRandom(1), 200_000).toFloatArray();
        double mean = 0;
        double square = 0;
        for (float g : noise) {
            assertTrue(Float.isFinite(g));
            mean += g / noise.length;
            square += (double) g * g / noise.length;
        }
        assertEquals(0.5772, mean, 0.02);
        assertEquals(Math.PI * Math.PI / 6, square - mean * mean, 0.03);
        assertArrayEquals(
                noise,
                GumbelSoftmax.noise(ENGINE, new SplittableRandom(1), 200_000).toFloatArray());
    }

    @Test
    void theTemperatureFallsAndStays() {
        Temperature paper = Temperature.paper(100);
        assertEquals(1, paper.at(1));
        assertEquals(0.50005, paper.at(151), 1e-9);
        assertEquals(1e-4, paper.at(301), 1e-12);
        assertEquals(1e-4, paper.at(9999), 1e-12);
        Temperature curved = Temperature.builder()
                .end(1e-4)
                .steps(2)
                .curve(Temperature.Curve.EXPONENTIAL)
                .floor(0.05)
                .build();
        assertEquals(1, curved.at(1));
        assertEquals(0.05, curved.at(2));
        assertEquals(0.5, Temperature.constant(0.5).at(7));
    }
}
