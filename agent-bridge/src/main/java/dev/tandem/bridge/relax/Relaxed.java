package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import org.jspecify.annotations.Nullable;

/**
 * Choices for N caption positions. The relaxed one-hot rows y of equation 2 are not recorded on a tape: what comes back for them is turned into the
 * gradient of the logits by
 *
 * <pre>
 * dL/dz = strength · (y ∘ dL/dy - y Σ y ∘ dL/dy)
 * </pre>
 *
 * <p>Where y is the softmax of the logits, and their normalizers are known, it is made only if all of it is needed.
 */
public final class Relaxed {

    private final LogitRows logits;
    private final @Nullable Tensor made; // y, where it is not left to the logits
    private final Tensor ids;
    private final double tau;
    private final double usableRows;
    private final float[] strengths;
    private final boolean ofLogits;

    /**
     * Choices.
     *
     * @param made y, [N, V_L]; null if it is the logits' softmax and to be made only when needed
     * @param strengths 1 / tau for each row, less where the gradient is limited
     * @param ofLogits whether y is the softmax of the logits themselves
     */
    Relaxed(
            LogitRows logits,
            @Nullable Tensor made,
            Tensor ids,
            double tau,
            double usableRows,
            float[] strengths,
            boolean ofLogits) {
        this.logits = logits;
        this.made = made;
        this.ids = ids;
        this.tau = tau;
        this.usableRows = usableRows;
        this.strengths = strengths;
        this.ofLogits = ofLogits;
    }

    private TensorEngine engine() {
        return logits.engine();
    }

    /** Argmax of each row, int64 [N]. */
    public Tensor ids() {
        return ids;
    }

    /** The temperature that was used. */
    public double tau() {
        return tau;
    }

    /** Share of the rows whose gradient is neither next to nothing nor over the limit. */
    public double usableRows() {
        return usableRows;
    }

    /** V_L. */
    public long vocabulary() {
        return logits.vocabulary();
    }

    /** y, [N, V_L]; a gradient that is asked for may take its place. */
    public Tensor soft() {
        return made == null ? logits.softmax() : made;
    }

    /** Single values of y, by their places in row-major order. */
    public float[] values(long[] places) {
        return made == null
                ? logits.probabilities(places)
                : made.reshape(-1)
                        .indexSelect(0, engine().tensor(places, places.length))
                        .toFloatArray();
    }

    /**
     * The gradient of the logits.
     *
     * @param places of some values of y, in row-major order
     * @param values these
     * @param gradients that came back for them
     */
    public LogitGradient gradient(long[] places, float[] values, float[] gradients) {
        float[] factors = new float[strengths.length];
        float[] parts = new float[places.length];
        long vocabulary = vocabulary();
        for (int i = 0; i < places.length; i++) {
            int row = (int) (places[i] / vocabulary);
            parts[i] = strengths[row] * values[i] * gradients[i];
            factors[row] -= parts[i];
        }
        return new LogitGradient.Parts(
                this::soft,
                engine().tensor(factors, factors.length),
                engine().tensor(places, places.length),
                engine().tensor(parts, parts.length),
                ofLogits);
    }

    /**
     * The gradient of the logits, where one came back for all of y.
     *
     * @param gradients [N, V_L]
     */
    public LogitGradient gradient(Tensor gradients) {
        Tensor soft = soft();
        Tensor pushed = soft.mul(gradients);
        Tensor gradient = pushed.sub(soft.mul(pushed.sum(1, true)));
        gradient.scaleRows(engine().tensor(strengths, strengths.length));
        return new LogitGradient.Whole(gradient);
    }
}
