package dev.tandem.samples.evaluate.metric;

import java.util.SplittableRandom;

/**
 * Kernel distance of two sets of pictures (Bińkowski et al. 2018): the unbiased estimate of the squared maximum mean discrepancy under the
 * kernel {@code (x y / D + 1)³}. It can be below 0. With the features of InceptionV3 this is KID; equal to torchmetrics'
 * {@code poly_mmd} with its defaults.
 *
 * <p>The kernel is computed once; estimates of subsets and of resamples only sum it.
 */
public final class KernelDistance {

    private static final int MAX_VALUES = 1 << 28;

    private final double[][] withinA;
    private final double[][] withinB;
    private final double[][] across;

    /**
     * Mean and standard deviation of the estimates of subsets.
     *
     * @param mean the distance
     * @param deviation divided by the number of subsets
     */
    public record Estimate(double mean, double deviation) {}

    private KernelDistance(double[][] withinA, double[][] withinB, double[][] across) {
        this.withinA = withinA;
        this.withinB = withinB;
        this.across = across;
    }

    /**
     * Computes the kernel.
     *
     * @param a features [N, D] of at least two pictures
     * @param b features [M, D] likewise
     * @throws IllegalArgumentException if there are too few or too many, widths differ, or a value is not finite
     */
    public static KernelDistance between(double[][] a, double[][] b) {
        FeatureRows.width("kernel distance", a, b, 2);
        long all = (long) a.length + b.length;
        if (all * all > MAX_VALUES) {
            throw new IllegalArgumentException("kernel distance: " + all + " pictures need a kernel of " + all * all
                    + " values; give at most " + (int) Math.sqrt(MAX_VALUES) + " pictures");
        }
        return new KernelDistance(kernel(a, a), kernel(b, b), kernel(a, b));
    }

    private static double[][] kernel(double[][] a, double[][] b) {
        double[][] kernel = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                double product = 0;
                for (int k = 0; k < a[i].length; k++) {
                    product += a[i][k] * b[j][k];
                }
                double base = product / a[i].length + 1;
                kernel[i][j] = base * base * base;
            }
        }
        return kernel;
    }

    /** The estimate from all pictures. */
    public double all() {
        return of(Resample.identity(withinA.length), Resample.identity(withinB.length));
    }

    /**
     * The mean of estimates from random subsets without repetition, as KID is published.
     *
     * @param count number of subsets
     * @param size of each; at least 2 and at most as many as there are pictures of either kind
     */
    public Estimate subsets(int count, int size, SplittableRandom random) {
        int most = Math.min(withinA.length, withinB.length);
        if (count < 1 || size < 2 || size > most) {
            throw new IllegalArgumentException("kernel distance: " + count + " subsets of " + size
                    + " pictures; give at least 1 of 2 to " + most + " pictures");
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            double estimate =
                    of(Resample.subset(withinA.length, size, random), Resample.subset(withinB.length, size, random));
            sum += estimate;
            squares += estimate * estimate;
        }
        double mean = sum / count;
        return new Estimate(mean, Math.sqrt(Math.max(0, squares / count - mean * mean)));
    }

    /**
     * The estimate from chosen pictures. A picture that is chosen twice is not compared with itself, which would raise the estimate.
     *
     * @param a indices of first pictures
     * @param b indices of second pictures
     */
    public double of(int[] a, int[] b) {
        double sum = 0;
        for (int i : a) {
            for (int j : b) {
                sum += across[i][j];
            }
        }
        return within(withinA, a) + within(withinB, b) - 2 * sum / ((double) a.length * b.length);
    }

    /** Mean of the kernel over pairs of different pictures. */
    private static double within(double[][] kernel, int[] chosen) {
        double sum = 0;
        long pairs = 0;
        for (int i : chosen) {
            for (int j : chosen) {
                if (i != j) {
                    sum += kernel[i][j];
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }
}
