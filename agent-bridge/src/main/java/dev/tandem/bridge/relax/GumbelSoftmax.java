package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The Gumbel-softmax relaxation of a categorical choice (Jang et al. 2017, Maddison et al. 2017; equation 2 of the paper):
 *
 * <pre>
 * y = softmax((log p + g) / tau),   p = softmax(logits),   g ~ Gumbel(0, 1)
 * </pre>
 *
 * Without noise it is the plain softmax, as in the paper's published code; the temperature is then not used.
 *
 * <p>Small temperatures. The largest value of a row is subtracted before the division, so nothing overflows, and the division
 * magnifies no rounding but that of the logits. The derivative of a row is {@code (diag(y) - y yᵀ) / tau}; its trace
 * {@code s = (1 - Σ y²) / tau} says how much of the gradient comes through. As tau falls, a row is either settled (y is one-hot to the
 * last bit, s = 0) or, where two tokens are within tau of each other, s grows like 1 / tau. Rows with s from {@link #FAINT} to the
 * limit count as usable; above the limit the row's gradient is multiplied by {@code limit / s}.
 *
 * @param gradientLimit largest s that passes unchanged; infinity for no limit
 */
public record GumbelSoftmax(double gradientLimit) {

    /** Below it a row's gradient is lost in rounding. */
    static final double FAINT = 1e-3;

    /** Keeps uniform numbers off 0 and 1, where the noise is infinite. */
    private static final double EDGE = 1e-7;

    public GumbelSoftmax {
        if (!(gradientLimit > FAINT)) {
            throw new IllegalArgumentException("the gradient limit must be above " + FAINT + ", got " + gradientLimit);
        }
    }

    /** Without a limit: the paper's equation. */
    public static GumbelSoftmax unlimited() {
        return new GumbelSoftmax(Double.POSITIVE_INFINITY);
    }

    /**
     * Relaxes rows of logits.
     *
     * @param logits [N, V_L], float32
     * @param gumbel noise of the same shape, or null for the plain softmax
     * @param tau temperature, above 0
     */
    public Relaxed apply(LogitRows logits, @Nullable Tensor gumbel, double tau) {
        if (!(tau > 0)) {
            throw new IllegalArgumentException("the temperature must be above 0, got " + tau);
        }
        Tensor ids;
        Tensor soft;
        double sharpness = 1;
        if (gumbel != null) {
            Tensor noisy = logits.values().add(gumbel); // log p differs from the logits by a constant for each row
            ids = noisy.argmax(-1);
            soft = noisy.sub(noisy.amax(-1, true)).mul(1 / tau).softmax(-1);
            sharpness = 1 / tau;
        } else {
            ids = logits.argmax();
            soft = logits.normalized() ? null : logits.softmax();
        }
        double[] strengths = strengths(logits, soft, ids, sharpness);
        float[] factors = new float[strengths.length];
        int usable = 0;
        for (int i = 0; i < strengths.length; i++) {
            usable += strengths[i] >= FAINT && strengths[i] <= gradientLimit ? 1 : 0;
            factors[i] = (float) (strengths[i] > gradientLimit ? sharpness * gradientLimit / strengths[i] : sharpness);
        }
        return new Relaxed(
                logits,
                soft,
                ids,
                gumbel == null ? 1 : tau,
                strengths.length == 0 ? 1 : (double) usable / strengths.length,
                factors,
                gumbel == null);
    }

    /**
     * s of each row, or where that tells no more a bound of it. As {@code y_max² <= Σ y² <= y_max}, the largest value nearly always says on which
     * side of {@link #FAINT} and of the limit a row is; only the other rows are summed.
     */
    private double[] strengths(LogitRows logits, @Nullable Tensor soft, Tensor ids, double sharpness) {
        float[] largest = soft == null
                ? largest(logits, ids)
                : soft.gather(1, ids.unsqueeze(-1)).toFloatArray();
        double[] strengths = new double[largest.length];
        int[] open = new int[largest.length];
        int n = 0;
        for (int i = 0; i < largest.length; i++) {
            double low = (1 - (double) largest[i]) * sharpness;
            double high = (1 - (double) largest[i] * largest[i]) * sharpness;
            strengths[i] = low;
            if (high < FAINT || low >= FAINT && high <= gradientLimit) {
                continue;
            }
            open[n++] = i;
        }
        if (n > 0) {
            int[] some = Arrays.copyOf(open, n);
            float[] norms = (soft == null ? logits.values(some).softmax(-1) : rows(soft, some))
                    .norm()
                    .toFloatArray();
            for (int i = 0; i < n; i++) {
                strengths[open[i]] = (1 - (double) norms[i] * norms[i]) * sharpness;
            }
        }
        return strengths;
    }

    private static float[] largest(LogitRows logits, Tensor ids) {
        long[] places = ids.toLongArray();
        for (int i = 0; i < places.length; i++) {
            places[i] += i * logits.vocabulary();
        }
        return logits.probabilities(places);
    }

    private static Tensor rows(Tensor soft, int[] some) {
        return some.length == soft.size(0)
                ? soft
                : soft.indexSelect(
                        0,
                        soft.engine().tensor(Arrays.stream(some).asLongStream().toArray(), some.length));
    }

    /** Gumbel(0, 1) noise, -log(-log u), from one uniform number for each element in row-major order. */
    public static Tensor noise(TensorEngine engine, RandomGenerator random, long... shape) {
        float[] uniform = new float[Math.toIntExact(Shapes.size(shape))];
        for (int i = 0; i < uniform.length; i++) {
            uniform[i] = random.nextFloat();
        }
        return engine.tensor(uniform, shape)
                .clamp(EDGE, 1 - EDGE)
                .log()
                .neg()
                .log()
                .neg();
    }
}
