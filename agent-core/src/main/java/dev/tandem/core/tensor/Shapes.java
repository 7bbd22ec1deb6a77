package dev.tandem.core.tensor;

import java.util.Arrays;

/** Arithmetic on shapes. */
public final class Shapes {

    private Shapes() {}

    /**
     * Number of elements.
     *
     * @throws ArithmeticException if it does not fit a long
     */
    public static long size(long... shape) {
        long size = 1;
        for (long s : shape) {
            size = Math.multiplyExact(size, s);
        }
        return size;
    }

    /** {@code [2, 3]}, as PyTorch prints it. */
    public static String toString(long... shape) {
        return Arrays.toString(shape);
    }

    /** A dimension counted from the front: -1 is the last of {@code rank}. */
    public static int dim(int dim, int rank) {
        int d = dim < 0 ? dim + rank : dim;
        if (d < 0 || d >= Math.max(rank, 1)) {
            throw new IllegalArgumentException(
                    "dimension " + dim + " does not exist in a tensor of " + rank + " dimensions");
        }
        return d;
    }
}
