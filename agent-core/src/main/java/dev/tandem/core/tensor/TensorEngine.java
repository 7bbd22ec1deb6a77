package dev.tandem.core.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Makes tensors and the scopes that own them. Every method but {@link #scope()} needs an open scope on the calling thread.
 *
 * <p>Engines are safe to share between threads; a tensor is used by one thread at a time.
 */
public interface TensorEngine {

    /** Name for logs: {@code torch} or {@code onnx}. */
    String name();

    /** The device on which new tensors are placed. */
    Device device();

    /** How many threads may compute at a time without being in each other's way; more take the same cores or the same accelerator. */
    default int parallelism() {
        return 1;
    }

    /** Opens a scope and makes it the current one of this thread. */
    Scope scope();

    /**
     * Starts recording gradients on this thread; a thread has at most one open tape.
     *
     * @throws IllegalStateException if this thread has an open tape already, or the engine records no gradients
     */
    default GradientTape gradientTape() {
        return gradientTape(TapeOptions.PLAIN);
    }

    /**
     * As {@link #gradientTape()}, with options.
     *
     * @throws IllegalStateException if this thread has an open tape already, or the engine records no gradients
     */
    GradientTape gradientTape(TapeOptions options);

    /**
     * Runs something in the precision of this thread's open tape; in float32 where no tape is open. What comes out may be bfloat16: whoever
     * computes a loss of it converts it to float32.
     */
    default <T> T mixed(Supplier<T> work) {
        return work.get();
    }

    /**
     * Runs a block of a network. Under a tape with {@link TapeOptions#checkpointing} nothing that the block makes is kept but its result, and
     * it is run again on the way back; the gradients are the same, bit for bit.
     *
     * @param inputs what gradients flow through into the block; they live until the backward pass, and one that other operations use as well
     *     is a leaf or the result of such a block
     * @param block a function of the inputs and of what does not change until the backward pass; it gets tensors with the values of the
     *     inputs
     */
    default Tensor checkpointed(List<Tensor> inputs, Block block) {
        return block.apply(inputs);
    }

    /** See {@link #checkpointed}. */
    @FunctionalInterface
    interface Block {
        Tensor apply(List<Tensor> inputs);
    }

    /** Runs something that no tape records, though one may be open on this thread. */
    default <T> T unrecorded(Supplier<T> work) {
        return work.get();
    }

    /** Float32 tensor of the given shape from row-major values; no sizes at all make a scalar. */
    Tensor tensor(float[] values, long... shape);

    /** Int64 tensor of the given shape from row-major values. */
    Tensor tensor(long[] values, long... shape);

    /** Tensor from little-endian bytes, which are copied. */
    Tensor tensor(ByteBuffer bytes, DType dtype, long... shape);

    /** Bytes of the pieces in which {@link #written} is filled; whole elements and whole blocks of every quantised type. */
    int PIECE_BYTES = 1 << 20;

    /**
     * A tensor whose row-major values are written straight into its memory where the engine can, so that loading takes no second copy
     * of them. Pieces begin at multiples of {@link #PIECE_BYTES}, and all but the last have that size.
     *
     * @param writer fills the pieces, each once, in any order; what it throws is thrown here
     */
    default Tensor written(DType dtype, PieceWriter writer, long... shape) {
        Tensor whole = zeros(dtype, shape);
        long elements = Shapes.size(shape);
        int atOnce = PIECE_BYTES / dtype.bytes();
        for (long done = 0; done < elements; done += atOnce) {
            int count = (int) Math.min(atOnce, elements - done);
            ByteBuffer piece = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            writer.write(piece, done * dtype.bytes());
            try (Scope scope = scope()) {
                whole.reshape(elements).narrow(0, done, count).set(tensor(piece.clear(), dtype, count));
            }
        }
        return whole;
    }

    /** Zeros. */
    Tensor zeros(DType dtype, long... shape);

    /** One value everywhere, float32. */
    Tensor full(double value, long... shape);

    /** Int64 numbers from {@code start} (included) to {@code end} (excluded). */
    Tensor arange(long start, long end);

    /** Joins tensors along an existing dimension (torch.cat). */
    Tensor cat(List<Tensor> tensors, int dim);

    /** Joins tensors of one shape along a new dimension (torch.stack). */
    Tensor stack(List<Tensor> tensors, int dim);

    /** Whether {@link #pack} works here. */
    default boolean packs() {
        return false;
    }

    /**
     * Packs the matrix of a linear layer; it belongs to the current scope.
     *
     * @param weight float32 [out, in]; may be freed afterwards
     * @throws UnsupportedOperationException if the engine, the device or the processor has no such product
     */
    default PackedMatrix pack(Tensor weight) {
        throw new UnsupportedOperationException("the engine " + name() + " packs no matrices on " + device());
    }

    /**
     * Standard normal values, drawn in Java, so that one seed gives the same numbers on every engine and device.
     *
     * @param random the generator, advanced by one draw per element in row-major order
     */
    default Tensor randn(RandomGenerator random, long... shape) {
        float[] values = new float[Math.toIntExact(Shapes.size(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return tensor(values, shape);
    }

    /**
     * One AdamW step on many parameters at once (Loshchilov and Hutter 2019; torch.optim.AdamW with {@code foreach} or
     * {@code fused} semantics). Parameters and moments are changed in place; the gradients are read from the parameters.
     */
    void adamw(AdamWStep step);

    /**
     * The Euclidean norm of all values of all tensors together (torch.nn.utils.get_total_norm); 0 for none.
     *
     * @param tensors floating, of any shapes
     */
    default double norm(List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            return 0;
        }
        try (Scope scope = scope()) {
            List<Tensor> squares = tensors.stream().map(t -> t.square().sum()).toList();
            return stack(squares, 0).sum().sqrt().item();
        }
    }

    /** Multiplies every value of every tensor in place. */
    default void scale(List<Tensor> tensors, double factor) {
        try (Scope scope = scope()) {
            tensors.forEach(t -> t.set(t.mul(factor)));
        }
    }

    /**
     * Moves every target in place towards its value: {@code target += weight (value - target)} (torch.lerp).
     *
     * @param targets changed
     * @param values one for each target, of its shape
     */
    default void lerp(List<Tensor> targets, List<Tensor> values, double weight) {
        try (Scope scope = scope()) {
            for (int i = 0; i < targets.size(); i++) {
                Tensor target = targets.get(i);
                target.set(target.add(values.get(i).sub(target).mul(weight)));
            }
        }
    }
}
