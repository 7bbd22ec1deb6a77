package dev.tandem.core.tensor;

/** In which type a training computes what {@link TensorEngine#mixed} says may be computed in fewer bits. */
public enum Precision {
    /** All in float32. */
    FLOAT32,
    /**
     * Matrix products, convolutions and attention in bfloat16, as torch's autocast does; weights, gradients, norms, softmax, sums and losses
     * stay in float32 (Micikevicius et al. 2018; Kalamkar et al. 2019). It needs no scaling of the loss, because bfloat16 has float32's
     * range.
     */
    BFLOAT16
}
