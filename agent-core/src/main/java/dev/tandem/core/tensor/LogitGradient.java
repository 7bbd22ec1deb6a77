package dev.tandem.core.tensor;

import java.util.function.Supplier;

/** The gradient of rows of logits, [n, V]. */
public sealed interface LogitGradient {

    /** All of it, [n, V]; asked for once. */
    Tensor dense();

    /** As a tensor. */
    record Whole(Tensor dense) implements LogitGradient {}

    /**
     * Single values; the others are zero.
     *
     * @param engine makes the tensor that {@link #dense} gives
     * @param rows n
     * @param columns V
     * @param entries int64 [m], places in row-major order; they may repeat
     * @param values [m]
     */
    record Entries(TensorEngine engine, long rows, long columns, Tensor entries, Tensor values)
            implements LogitGradient {

        @Override
        public Tensor dense() {
            Tensor dense = engine.zeros(DType.FLOAT32, rows, columns);
            dense.addAt(entries, values);
            return dense;
        }
    }

    /**
     * In parts: {@code factor · softmax} in each row, and single values that are added.
     *
     * @param softmax makes [n, V], which becomes the gradient when that is asked for
     * @param factors [n]
     * @param entries int64 [m], places in row-major order
     * @param values [m], added there
     * @param ofLogits whether the softmax is that of the logits themselves, which the token loss has too
     */
    record Parts(Supplier<Tensor> softmax, Tensor factors, Tensor entries, Tensor values, boolean ofLogits)
            implements LogitGradient {

        @Override
        public Tensor dense() {
            Tensor gradient = softmax.get();
            gradient.scaleRows(factors);
            gradient.addAt(entries, values);
            return gradient;
        }
    }
}
