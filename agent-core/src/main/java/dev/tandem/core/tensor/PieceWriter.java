package dev.tandem.core.tensor;

import java.nio.ByteBuffer;

/** Writes the values of a new tensor into its memory; see {@link TensorEngine#written}. */
@FunctionalInterface
public interface PieceWriter {

    /**
     * Fills one piece. Several threads may write pieces of one tensor at once.
     *
     * @param piece little-endian, to be filled to its limit; not to be touched after the call
     * @param start where it begins, in bytes from the tensor's first
     */
    void write(ByteBuffer piece, long start);
}
