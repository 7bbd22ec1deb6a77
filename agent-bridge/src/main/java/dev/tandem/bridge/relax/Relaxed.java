package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;

/**
 * Choices for N caption positions. The relaxed one-hot rows y of equation 2 are not recorded on a tape: what comes back for them is turned into the
 * gradient of the logits by
 *
 * <pre>
 * dL/dz = strength · (y ∘ dL/dy - y Σ y ∘ dL/dy)
 * </pre>
 *
 * @param soft y, [N, V_L]; a gradient that is asked for takes its place
 * @param ids argmax of each row, int64 [N]
 * @param tau the temperature that was used
 * @param usableRows share of the rows whose gradient is neither next to nothing nor over the limit
 * @param strengths 1 / tau for each row, less where the gradient is limited
 * @param ofLogits whether y is the softmax of the logits themselves
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in the bridge only
public record Relaxed(Tensor soft, Tensor ids, double tau, double usableRows, float[] strengths, boolean ofLogits) {

    private TensorEngine engine() {
        return soft.engine();
    }

    /** Single values of y, by their places in row-major order. */
    public float[] values(long[] places) {
        return soft.reshape(-1)
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
        long vocabulary = soft.size(1);
        for (int i = 0; i < places.length; i++) {
            int row = (int) (places[i] / vocabulary);
            parts[i] = strengths[row] * values[i] * gradients[i];
            factors[row] -= parts[i];
        }
        return new LogitGradient.Parts(
                soft,
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
        Tensor pushed = soft.mul(gradients);
        Tensor gradient = pushed.sub(soft.mul(pushed.sum(1, true)));
        gradient.scaleRows(engine().tensor(strengths, strengths.length));
        return new LogitGradient.Whole(gradient);
    }
}
