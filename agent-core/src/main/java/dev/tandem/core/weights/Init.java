package dev.tandem.core.weights;

/** How a weight starts in a model that is trained from nothing. Ignored where the weight is read from a file. */
public sealed interface Init {

    /** Zeros: biases, and the last layer of a residual branch. */
    record Zeros() implements Init {}

    /** Ones: the gains of norms. */
    record Ones() implements Init {}

    /**
     * Normal values around zero.
     *
     * @param std standard deviation
     */
    record Normal(double std) implements Init {}

    /**
     * Uniform values within ±1/√fanIn, PyTorch's default for Linear and Conv2d (He et al. 2015 with a = √5).
     *
     * @param fanIn inputs of one output value
     */
    record Uniform(long fanIn) implements Init {}

    static Init zeros() {
        return new Zeros();
    }

    static Init ones() {
        return new Ones();
    }

    static Init normal(double std) {
        return new Normal(std);
    }

    static Init uniform(long fanIn) {
        return new Uniform(fanIn);
    }
}
