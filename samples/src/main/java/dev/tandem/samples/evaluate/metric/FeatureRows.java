package dev.tandem.samples.evaluate.metric;

/** Checks of rows of numbers, one for each picture. */
final class FeatureRows {

    private FeatureRows() {}

    /**
     * The width of rows.
     *
     * @throws IllegalArgumentException if there are fewer than {@code atLeast}, or they are empty, of different widths or not finite
     */
    static int width(String what, double[][] rows, int atLeast) {
        if (rows.length < atLeast) {
            throw new IllegalArgumentException(
                    what + ": there are " + rows.length + " pictures; give at least " + atLeast);
        }
        int width = rows[0].length;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length == 0 || rows[i].length != width) {
                throw new IllegalArgumentException(
                        what + ": picture " + i + " has " + rows[i].length + " values and the first has " + width);
            }
            for (double value : rows[i]) {
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException(what + ": picture " + i + " has the value " + value);
                }
            }
        }
        return width;
    }

    /** The common width of the rows of two sets of pictures. */
    static int width(String what, double[][] a, double[][] b, int atLeast) {
        int width = width(what, a, atLeast);
        if (width(what, b, atLeast) != width) {
            throw new IllegalArgumentException(
                    what + ": the first pictures have " + width + " values and the second " + b[0].length);
        }
        return width;
    }
}
