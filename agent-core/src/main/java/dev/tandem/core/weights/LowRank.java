package dev.tandem.core.weights;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What LoRA adds to a linear layer (Hu et al. 2022, equation 3): {@code scale · B (A x)}. With DoRA (Liu et al. 2024, equation 5) the rows of the
 * sum of both weights are then given lengths of their own.
 *
 * @param a A, [rank, in]
 * @param b B, [out, rank]
 * @param scale α / rank
 * @param magnitude lengths of the rows, [out], or null for LoRA
 */
public record LowRank(
        Tensor a, Tensor b, double scale, @Nullable Tensor magnitude) {

    /**
     * The adapted layer.
     *
     * @param x [..., in]
     * @param weight of the layer, [out, in]
     * @param bias of the layer, [out], or null
     * @return [..., out]
     */
    public Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (magnitude == null) {
            return x.linear(weight, bias).add(apply(x));
        }
        Tensor y = x.linear(weight, null).add(apply(x)).mul(stretch(magnitude, weight.add(delta())));
        return bias == null ? y : y.add(bias);
    }

    /** What is added to the layer's result: [..., in] to [..., out]. */
    public Tensor apply(Tensor x) {
        return x.linear(a, null).linear(b, null).mul(scale);
    }

    /**
     * The adapted table, looked up; its A is [rank, rows] and its B [width, rank].
     *
     * @param ids int64 of any shape
     * @param table [rows, width]
     * @return ids' shape + [width]
     */
    public Tensor lookUp(Tensor ids, Tensor table) {
        Tensor added = a.transpose(0, 1).embedding(ids).linear(b, null).mul(scale);
        return table.embedding(ids).add(added);
    }

    /** The weight [out, in] of one layer that does the same as the layer and its adapter. */
    public Tensor mergedInto(Tensor weight) {
        Tensor sum = weight.add(delta());
        return magnitude == null ? sum : sum.mul(stretch(magnitude, sum).unsqueeze(1));
    }

    /** As {@link #mergedInto} for a table [rows, width]. */
    public Tensor mergedIntoTable(Tensor table) {
        return table.add(delta().transpose(0, 1));
    }

    /** Lengths are treated as constants, as in section 4.3 of the paper. */
    private static Tensor stretch(Tensor magnitude, Tensor sum) {
        return magnitude.div(sum.square().sum(1, false).sqrt().detach());
    }

    private Tensor delta() {
        return b.matmul(a).mul(scale);
    }
}
