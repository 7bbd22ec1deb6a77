package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
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
    public Relaxed apply(Tensor logits, @Nullable Tensor gumbel, double tau) {
        if (!(tau > 0)) {
            throw new IllegalArgumentException("the temperature must be above 0, got " + tau);
        }
        Tensor scores = logits;
        double sharpness = 1;
        if (gumbel != null) {
            scores = logits.logSoftmax(-1).add(gumbel);
            sharpness = 1 / tau;
        }
        Tensor ids = scores.detach().argmax(-1);
        Tensor top = scores.detach().amax(-1, true);
        Tensor soft = scores.sub(top).mul(sharpness).softmax(-1);
        Tensor strength = soft.detach().square().sum(-1, true).neg().add(1).mul(sharpness);
        float[] strengths = strength.toFloatArray();
        int usable = 0;
        boolean over = false;
        for (float s : strengths) {
            usable += s >= FAINT && s <= gradientLimit ? 1 : 0;
            over |= s > gradientLimit;
        }
        if (over) {
            soft = limited(soft, strengths);
        }
        return new Relaxed(
                soft, ids, gumbel == null ? 1 : tau, strengths.length == 0 ? 1 : (double) usable / strengths.length);
    }

    /** The same values, with the gradient of row i multiplied by {@code min(1, limit / s_i)}. */
    private Tensor limited(Tensor soft, float[] strengths) {
        float[] factors = new float[strengths.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) Math.min(1, gradientLimit / strengths[i]);
        }
        Tensor change = soft.sub(soft.detach());
        return soft.detach().add(change.mul(soft.engine().tensor(factors, factors.length, 1)));
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
