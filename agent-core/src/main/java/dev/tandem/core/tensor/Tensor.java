package dev.tandem.core.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array. Operations are named as in PyTorch, make new tensors owned by the current {@link Scope}, broadcast as
 * PyTorch does, and count negative dimensions from the end.
 *
 * <p>Errors: shapes that do not fit throw {@link IllegalArgumentException} that names the operation and the shapes.
 */
public interface Tensor {

    /** The engine that made it. */
    TensorEngine engine();

    /** Sizes; empty for a scalar. The array is a copy. */
    long[] shape();

    /** Size of one dimension. */
    default long size(int dim) {
        long[] shape = shape();
        return shape[Shapes.dim(dim, shape.length)];
    }

    /** Number of dimensions. */
    default int rank() {
        return shape().length;
    }

    DType dtype();

    // ---- shape

    /** Same elements, new shape; one size may be -1. */
    Tensor reshape(long... shape);

    Tensor transpose(int dim0, int dim1);

    Tensor permute(int... dims);

    Tensor unsqueeze(int dim);

    Tensor squeeze(int dim);

    /** Broadcasts dimensions of size 1 to the given sizes, without a copy. */
    Tensor expand(long... shape);

    /** Elements {@code start} to {@code start + length} of one dimension (torch.narrow). */
    Tensor narrow(int dim, long start, long length);

    /** One index of one dimension, which disappears (torch.select). */
    default Tensor select(int dim, long index) {
        return narrow(dim, index < 0 ? index + size(dim) : index, 1).squeeze(dim);
    }

    /** Equal parts along one dimension (torch.chunk); the size must divide. */
    default List<Tensor> chunk(int chunks, int dim) {
        long size = size(dim);
        if (size % chunks != 0) {
            throw new IllegalArgumentException(
                    "chunk: " + size + " elements of dimension " + dim + " do not divide into " + chunks);
        }
        List<Tensor> parts = new ArrayList<>(chunks);
        for (int i = 0; i < chunks; i++) {
            parts.add(narrow(dim, i * (size / chunks), size / chunks));
        }
        return parts;
    }

    // ---- element by element

    Tensor add(Tensor other);

    Tensor add(double value);

    Tensor sub(Tensor other);

    default Tensor sub(double value) {
        return add(-value);
    }

    Tensor mul(Tensor other);

    Tensor mul(double value);

    Tensor div(Tensor other);

    default Tensor div(double value) {
        return mul(1 / value);
    }

    Tensor neg();

    Tensor abs();

    Tensor square();

    Tensor sqrt();

    Tensor exp();

    Tensor log();

    Tensor sin();

    Tensor cos();

    Tensor tanh();

    Tensor sigmoid();

    Tensor relu();

    /** x · sigmoid(x) (torch.nn.functional.silu). */
    Tensor silu();

    /** Exact GELU, x · Φ(x). */
    Tensor gelu();

    /** GELU by its tanh approximation ({@code gelu_new}, {@code gelu_pytorch_tanh}). */
    Tensor geluTanh();

    /** x · sigmoid(1.702 x), CLIP's {@code quick_gelu}. */
    default Tensor quickGelu() {
        return mul(mul(1.702).sigmoid());
    }

    Tensor clamp(double min, double max);

    // ---- reductions

    /** Sum of all elements, a scalar. */
    Tensor sum();

    Tensor sum(int dim, boolean keepDim);

    /** Mean of all elements, a scalar. */
    Tensor mean();

    Tensor mean(int dim, boolean keepDim);

    /** Euclidean norm of the last dimension, which disappears (torch.linalg.vector_norm). */
    Tensor norm();

    /** Largest element of one dimension. */
    Tensor amax(int dim, boolean keepDim);

    /** Index of the largest element of one dimension, int64; the dimension disappears; the first of equals. */
    Tensor argmax(int dim);

    Tensor softmax(int dim);

    Tensor logSoftmax(int dim);

    // ---- layers

    /** Matrix product with broadcast leading dimensions. */
    Tensor matmul(Tensor other);

    /**
     * {@code this · weightᵀ + bias}.
     *
     * @param weight [out, in]
     * @param bias [out], or null
     */
    Tensor linear(Tensor weight, @Nullable Tensor bias);

    /**
     * 2-D convolution of [B, C, h, w] with zero padding.
     *
     * @param weight [out, C, kernel, kernel]
     * @param bias [out], or null
     */
    Tensor conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding);

    /** Each pixel of [B, C, h, w] repeated {@code scale} times in both directions (nearest neighbour). */
    Tensor upsampleNearest(int scale);

    /** Zeros around the last two dimensions of [B, C, h, w]. */
    Tensor pad2d(int left, int right, int top, int bottom);

    /** Mean over square windows of [B, C, h, w] that do not overlap. */
    Tensor avgPool2d(int kernel);

    /**
     * Attention (Vaswani et al. 2017) of queries [B, H, T, D] on keys and values [B, H or a divisor of it, S, D], scaled by 1/√D; key heads are
     * repeated where there are fewer (grouped queries).
     *
     * @param mask added to the scores, broadcast to [B, H, T, S]; null for none
     * @param causal position t of T sees positions 0 to t of S, both counted from the front; not together with a mask
     */
    Tensor scaledDotProductAttention(Tensor key, Tensor value, @Nullable Tensor mask, boolean causal);

    /** Normalises the last dimension (Ba et al. 2016); weight and bias [D], or null. */
    Tensor layerNorm(@Nullable Tensor weight, @Nullable Tensor bias, double eps);

    /** Divides by the root mean square of the last dimension (Zhang and Sennrich 2019), then times weight [D]. */
    Tensor rmsNorm(Tensor weight, double eps);

    /** Normalises groups of channels of [B, C, ...] (Wu and He 2018); weight and bias [C]. */
    Tensor groupNorm(int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps);

    /**
     * Rotary positions (Su et al. 2021), in the half-split form of transformers' Llama: {@code x·cos + rotateHalf(x)·sin}.
     *
     * @param cos broadcast to this shape [B, H, T, D]
     */
    Tensor rotary(Tensor cos, Tensor sin);

    // ---- indices

    /** Rows of this table [V, D] for int64 ids of any shape: ids' shape + [D] (torch.nn.functional.embedding). */
    Tensor embedding(Tensor ids);

    /** Slices of one dimension at the indices [n] (torch.index_select). */
    Tensor indexSelect(int dim, Tensor indices);

    /** Elements picked along one dimension (torch.gather). */
    Tensor gather(int dim, Tensor indices);

    /** {@code this} where the bool condition holds, {@code other} elsewhere. */
    Tensor where(Tensor condition, Tensor other);

    /** Element-wise {@code ==}, bool. */
    Tensor eq(Tensor other);

    /** Element-wise {@code >}, bool. */
    Tensor gt(Tensor other);

    // ---- losses

    /** Mean cross entropy of these logits [N, V] to int64 targets [N]. */
    Tensor crossEntropy(Tensor targets);

    /** Mean squared difference. */
    default Tensor mseLoss(Tensor target) {
        return sub(target).square().mean();
    }

    /** log Σ exp of each row of [N, V], without a gradient: [N]. */
    default Tensor logSumExp() {
        Tensor values = detach();
        Tensor top = values.amax(-1, true);
        return values.sub(top).exp().sum(-1, true).log().add(top).squeeze(-1);
    }

    /**
     * Overwrites each row x of this [N, V] with exp(x - shift) · factor, outside of any recorded graph: with {@link #logSumExp} as shift, its softmax
     * times a factor.
     *
     * @param shift [N]
     * @param factors [N]
     */
    void setScaledSoftmax(Tensor shift, Tensor factors);

    /** Multiplies each row of this [N, V] in place, outside of any recorded graph, by its factor of [N]. */
    void scaleRows(Tensor factors);

    /**
     * Adds to single elements in place, outside of any recorded graph.
     *
     * @param indices int64 [n], in row-major order; they may repeat
     * @param values [n]
     */
    void addAt(Tensor indices, Tensor values);

    /**
     * Adds to rows of [N, V] in place, outside of any recorded graph.
     *
     * @param indices int64 [n]; they may repeat
     * @param rows [n, V]
     */
    void addRowsAt(Tensor indices, Tensor rows);

    // ---- types, gradients, values

    Tensor to(DType dtype);

    Tensor contiguous();

    /**
     * The same [B, C, h, w] values laid out with the channels innermost (torch.channels_last), which convolutions are faster on; results
     * of operations on it keep the layout. An engine without memory layouts returns this tensor.
     */
    Tensor channelsLast();

    /** The same values, cut from the recorded graph. */
    Tensor detach();

    /** Marks this leaf as one that gradients are kept for. */
    Tensor requiresGrad(boolean requiresGrad);

    /** The gradient that backward passes have added up since {@link #zeroGrad}; null if there was none. */
    @Nullable
    Tensor grad();

    /** Frees the gradient: {@link #grad()} is null again. Not between two backward passes over one recorded graph. */
    void zeroGrad();

    /** Overwrites the values in place, outside of any recorded graph. */
    void set(Tensor values);

    /**
     * Overwrites elements {@code start} and following of one dimension in place, outside of any recorded graph, and gives this tensor up to the last of
     * them, without a copy.
     *
     * @param values of this tensor's shape but for that dimension
     */
    default Tensor write(int dim, long start, Tensor values) {
        long count = values.size(dim);
        narrow(dim, start, count).set(values);
        return narrow(dim, 0, start + count);
    }

    /** All values in row-major order, converted to float. */
    float[] toFloatArray();

    /** All values of an integer or bool tensor in row-major order. */
    long[] toLongArray();

    /** The one value of a tensor with one element. */
    default double item() {
        float[] values = toFloatArray();
        if (values.length != 1) {
            throw new IllegalArgumentException("item: the tensor has " + values.length + " elements, not one");
        }
        return values[0];
    }

    /** Frees the tensor now, before its scope is closed. */
    void close();
}
