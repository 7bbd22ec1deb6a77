package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/**
 * How far an answer a lies from the expected b: the largest |a - b| / (atol + rtol·|b|).
 *
 * @param share share of the tolerance; up to 1 is within it, infinite where shapes, integers or types differ or a value is no number
 * @param message where it is largest
 */
record Deviation(double share, String message) {

    static final Deviation NONE = new Deviation(0, "");

    static Deviation of(String name, Tensor actual, Tensor expected, double atol, double rtol) {
        if (!Arrays.equals(actual.shape(), expected.shape())) {
            return infinite(name + " has the shape " + Shapes.toString(actual.shape()) + ", expected "
                    + Shapes.toString(expected.shape()));
        }
        if (!expected.dtype().isFloating()) {
            return actual.dtype().isFloating()
                    ? infinite(name + " is " + actual.dtype() + ", expected integers")
                    : integers(name, actual.toLongArray(), expected.toLongArray(), expected.shape());
        }
        return floats(name, actual.toFloatArray(), expected.toFloatArray(), expected.shape(), atol, rtol);
    }

    Deviation or(Deviation other) {
        return other.share > share ? other : this;
    }

    private static Deviation integers(String name, long[] actual, long[] expected, long[] shape) {
        int at = Arrays.mismatch(actual, expected);
        return at < 0 ? NONE : infinite(name + index(at, shape) + " is " + actual[at] + ", expected " + expected[at]);
    }

    private static Deviation floats(
            String name, float[] actual, float[] expected, long[] shape, double atol, double rtol) {
        double worst = 0;
        int at = -1;
        for (int i = 0; i < actual.length; i++) {
            double gap = Math.abs((double) actual[i] - expected[i]);
            double share = gap == 0 ? 0 : gap / (atol + rtol * Math.abs((double) expected[i]));
            if (!(share <= worst)) { // true for NaN too
                worst = Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
                at = i;
            }
        }
        return at < 0
                ? NONE
                : new Deviation(
                        worst,
                        String.format(
                                Locale.ROOT,
                                "%s%s is %.9g, expected %.9g: %.3g times the tolerance",
                                name,
                                index(at, shape),
                                actual[at],
                                expected[at],
                                worst));
    }

    private static Deviation infinite(String message) {
        return new Deviation(Double.POSITIVE_INFINITY, message);
    }

    /** The flat index as one number per dimension: {@code [0, 3, 7]}. */
    private static String index(int flat, long[] shape) {
        long[] index = new long[shape.length];
        long rest = flat;
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = rest % shape[d];
            rest /= shape[d];
        }
        return shape.length == 0 ? "" : Arrays.toString(index);
    }
}
