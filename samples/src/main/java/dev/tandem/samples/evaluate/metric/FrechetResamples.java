package dev.tandem.samples.evaluate.metric;

import java.util.Arrays;

/**
 * {@link FrechetDistance} of many choices from two sets of pictures. Where there are fewer pictures than features, as with the 2048 of InceptionV3,
 * it is found from the products of features alone, which are computed once: with rows centred and divided by the root of their number less one, the
 * trace of {@code (Σa Σb)^½} is the sum of the singular values of {@code A Bᵀ}.
 */
public final class FrechetResamples {

    private static final int MAX_VALUES = 1 << 28;

    private final double[][] a;
    private final double[][] b;
    private final boolean products;
    private final double[] squaresA;
    private final double[] squaresB;
    private final double[][] withinA;
    private final double[][] withinB;
    private final double[][] across;

    private FrechetResamples(double[][] a, double[][] b, boolean products) {
        this.a = a;
        this.b = b;
        this.products = products;
        withinA = products ? products(a, a) : new double[0][];
        withinB = products ? products(b, b) : new double[0][];
        across = products ? products(a, b) : new double[0][];
        squaresA = diagonal(withinA);
        squaresB = diagonal(withinB);
    }

    /**
     * Prepares.
     *
     * @param a features [N, D] of at least two pictures
     * @param b features [M, D] likewise
     * @throws IllegalArgumentException if there are too few, widths differ, or a value is not finite
     */
    public static FrechetResamples between(double[][] a, double[][] b) {
        int width = FeatureRows.width("Fréchet distance", a, b, 2);
        long all = (long) a.length + b.length;
        if (Math.min(a.length, b.length) >= width || all * all > MAX_VALUES) {
            return new FrechetResamples(a, b, false);
        }
        // distances do not change, and small differences of large products are avoided
        double[] centre = new double[width];
        for (double[][] set : new double[][][] {a, b}) {
            for (double[] row : set) {
                for (int k = 0; k < width; k++) {
                    centre[k] += row[k] / all;
                }
            }
        }
        return new FrechetResamples(moved(a, centre), moved(b, centre), true);
    }

    /**
     * The distance of chosen pictures, each as often as it is named.
     *
     * @param first indices of at least two of the first set
     * @param second likewise of the second
     */
    public double of(int[] first, int[] second) {
        if (!products) {
            return FrechetDistance.of(chosen(a, first), chosen(b, second));
        }
        int n = first.length;
        int m = second.length;
        double[][] cross = new double[n][m];
        double[] columns = new double[m];
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                cross[i][j] = across[first[i]][second[j]];
                columns[j] += cross[i][j] / n;
            }
        }
        double scale = 1 / Math.sqrt((n - 1.0) * (m - 1.0));
        double mean = Arrays.stream(columns).average().orElse(0);
        for (double[] row : cross) {
            double rowMean = Arrays.stream(row).average().orElse(0);
            all += rowMean / n;
            for (int j = 0; j < m; j++) {
                row[j] = (row[j] - rowMean - columns[j] + mean) * scale;
            }
        }
        double lengthA = mean(withinA, first);
        double lengthB = mean(withinB, second);
        return lengthA
                + lengthB
                - 2 * all
                + spread(squaresA, first, lengthA)
                + spread(squaresB, second, lengthB)
                - 2 * singularValues(cross);
    }

    /** Squared length of the mean of some rows. */
    private static double mean(double[][] within, int[] chosen) {
        double sum = 0;
        for (int i : chosen) {
            for (int j : chosen) {
                sum += within[i][j];
            }
        }
        return sum / ((double) chosen.length * chosen.length);
    }

    /** Trace of the covariance of some rows. */
    private static double spread(double[] squares, int[] chosen, double lengthOfMean) {
        double sum = 0;
        for (int i : chosen) {
            sum += squares[i];
        }
        return (sum - chosen.length * lengthOfMean) / (chosen.length - 1);
    }

    private static double singularValues(double[][] matrix) {
        double[][] shorter = matrix.length <= matrix[0].length ? matrix : transposed(matrix);
        double sum = 0;
        for (double value : SymmetricEigenvalues.of(products(shorter, shorter))) {
            sum += Math.sqrt(Math.max(0, value));
        }
        return sum;
    }

    private static double[][] products(double[][] a, double[][] b) {
        double[][] products = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                if (a == b && j < i) {
                    products[i][j] = products[j][i];
                    continue;
                }
                double sum = 0;
                for (int k = 0; k < a[i].length; k++) {
                    sum += a[i][k] * b[j][k];
                }
                products[i][j] = sum;
            }
        }
        return products;
    }

    private static double[][] transposed(double[][] matrix) {
        double[][] transposed = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < transposed.length; j++) {
                transposed[j][i] = matrix[i][j];
            }
        }
        return transposed;
    }

    private static double[] diagonal(double[][] matrix) {
        double[] diagonal = new double[matrix.length];
        Arrays.setAll(diagonal, i -> matrix[i][i]);
        return diagonal;
    }

    private static double[][] moved(double[][] rows, double[] centre) {
        double[][] moved = new double[rows.length][centre.length];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < centre.length; k++) {
                moved[i][k] = rows[i][k] - centre[k];
            }
        }
        return moved;
    }

    private static double[][] chosen(double[][] rows, int[] indices) {
        return Arrays.stream(indices).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }
}
