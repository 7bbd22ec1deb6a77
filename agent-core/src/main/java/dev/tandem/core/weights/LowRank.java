package dev.tandem.core.weights;

import dev.tandem.core.tensor.Tensor;

/**
 * What LoRA adds to a linear layer (Hu et al. 2022, equation 3): {@code scale · B (A x)}.
 *
 * @param a A, [rank, in]
 * @param b B, [out, rank]
 * @param scale α / rank
 */
public record LowRank(Tensor a, Tensor b, double scale) {

    /** [..., in] to [..., out]. */
    public Tensor apply(Tensor x) {
        return x.linear(a, null).linear(b, null).mul(scale);
    }

    /** What it adds to the layer's weight, [out, in]. */
    public Tensor delta() {
        return b.matmul(a).mul(scale);
    }
}
