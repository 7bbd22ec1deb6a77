package dev.tandem.core.tensor;

/**
 * The matrix of a linear layer, rounded to float16 and laid out for products: half the memory of float32, and faster by as much as memory is what
 * limits it. Products are computed in float32. Values that were stored as float16, or as bfloat16 from 2⁻¹⁴ up, are kept as they are. Not for
 * training.
 *
 * <p>Belongs to the scope that was current when {@link TensorEngine#pack} made it. Safe for use by several threads.
 */
public interface PackedMatrix {

    /** Rows of the matrix: the layer's outputs. */
    long rows();

    /** Columns of the matrix: the layer's inputs. */
    long columns();

    /**
     * {@code x · matrixᵀ}, as {@link Tensor#linear} computes it; no gradient is recorded.
     *
     * @param x float32 [..., columns]
     * @return [..., rows]
     */
    Tensor linear(Tensor x);
}
