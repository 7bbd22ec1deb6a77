package dev.tandem.core.tensor;

/**
 * How a {@link GradientTape} records.
 *
 * @param precision of what {@link TensorEngine#mixed} runs while the tape is open
 * @param checkpointing whether blocks that {@link TensorEngine#checkpointed} runs keep their inputs only, and are computed again on the way
 *     back (Chen et al. 2016)
 */
public record TapeOptions(Precision precision, boolean checkpointing) {

    /** Float32, and everything is kept. */
    public static final TapeOptions PLAIN = new TapeOptions(Precision.FLOAT32, false);
}
