package dev.tandem.samples.probe;

/** A little arithmetic on rows. */
final class Vectors {

    private Vectors() {}

    /** {@code to += factor * from}. */
    static void add(float[] to, float[] from, double factor) {
        for (int c = 0; c < to.length; c++) {
            to[c] += (float) (factor * from[c]);
        }
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int c = 0; c < a.length; c++) {
            sum += (double) a[c] * b[c];
        }
        return sum;
    }

    /** The mean of values from {@code start} (included) to {@code end} (excluded). */
    static double mean(double[] values, int start, int end) {
        double sum = 0;
        for (int i = start; i < end; i++) {
            sum += values[i];
        }
        return sum / (end - start);
    }
}
