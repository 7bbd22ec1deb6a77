package dev.tandem.core.tensor;

/** While it is open, operations on tensors that require a gradient are recorded. */
public interface GradientTape extends AutoCloseable {

    /**
     * Runs the chain rule back from a scalar; gradients add up in {@link Tensor#grad()} of the leaves.
     *
     * @param loss a scalar made while this tape was open
     */
    void backward(Tensor loss);

    /**
     * Runs the chain rule back from a tensor whose gradient is known; there is nothing to do where no trained leaf lies behind it.
     *
     * @param output made while this tape was open
     * @param gradient of its shape
     */
    void backward(Tensor output, Tensor gradient);

    /** As {@link #backward(Tensor)}, keeping the recorded graph for a second pass. */
    void backwardKeepingGraph(Tensor loss);

    @Override
    void close();
}
