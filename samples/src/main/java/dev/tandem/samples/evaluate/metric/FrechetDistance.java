package dev.tandem.samples.evaluate.metric;

import java.util.Arrays;

/**
 * Fréchet distance of two sets of pictures, each taken as a normal distribution of features (Heusel et al. 2017, equation 6):
 * {@code |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^(1/2))}. With the features of InceptionV3 this is FID.
 *
 * <p>The trace of the root needs no root of a matrix that is not symmetric: with {@code C1 = L L'} the eigenvalues of {@code C1 C2} are
 * those of the symmetric {@code L' C2 L}, where L comes from a Cholesky decomposition with pivots, which takes covariances of fewer
 * pictures than features as they are. pytorch-fid adds 1e-6 to the diagonals in such a case; here nothing is added.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * The distance.
     *
     * @param a features [N, D] of at least two pictures
     * @param b features [M, D] likewise
     * @throws IllegalArgumentException if there are too few, widths differ, or a value is not finite
     */
    public static double of(double[][] a, double[][] b) {
        int width = FeatureRows.width("Fréchet distance", a, b, 2);
        double[] meanA = mean(a, width);
        double[] meanB = mean(b, width);
        double[][] covarianceA = covariance(a, meanA);
        double[][] covarianceB = covariance(b, meanB);
        double distance = 0;
        for (int i = 0; i < width; i++) {
            double apart = meanA[i] - meanB[i];
            distance += apart * apart + covarianceA[i][i] + covarianceB[i][i];
        }
        return distance - 2 * traceOfRoot(covarianceA, covarianceB);
    }

    private static double[] mean(double[][] rows, int width) {
        double[] mean = new double[width];
        for (double[] row : rows) {
            for (int i = 0; i < width; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }

    /** [D, D], divided by N - 1. */
    private static double[][] covariance(double[][] rows, double[] mean) {
        int width = mean.length;
        double[][] sum = new double[width][width];
        double[] apart = new double[width];
        for (double[] row : rows) {
            for (int i = 0; i < width; i++) {
                apart[i] = row[i] - mean[i];
            }
            for (int i = 0; i < width; i++) {
                double scaled = apart[i] / (rows.length - 1);
                for (int j = 0; j <= i; j++) {
                    sum[i][j] += scaled * apart[j];
                }
            }
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                sum[j][i] = sum[i][j];
            }
        }
        return sum;
    }

    private static double traceOfRoot(double[][] a, double[][] b) {
        double[][] columns = cholesky(a);
        int rank = columns.length;
        double[][] product = new double[rank][rank];
        for (int i = 0; i < rank; i++) {
            double[] mapped = new double[b.length];
            for (int k = 0; k < b.length; k++) {
                double factor = columns[i][k];
                for (int j = 0; factor != 0 && j < b.length; j++) {
                    mapped[j] += factor * b[k][j];
                }
            }
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < b.length; k++) {
                    sum += mapped[k] * columns[j][k];
                }
                product[i][j] = sum;
                product[j][i] = sum;
            }
        }
        double trace = 0;
        for (double value : SymmetricEigenvalues.of(product)) {
            trace += Math.sqrt(Math.max(0, value));
        }
        return trace;
    }

    /** The columns of L, [rank, D], so that {@code L L'} is the matrix; pivots that are mere rounding are left out. */
    private static double[][] cholesky(double[][] matrix) {
        int n = matrix.length;
        double[] left = new double[n];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            left[i] = matrix[i][i];
            largest = Math.max(largest, left[i]);
        }
        double nothing = largest * n * Math.ulp(1.0);
        double[][] columns = new double[n][];
        for (int rank = 0; rank < n; rank++) {
            int pivot = 0;
            for (int i = 1; i < n; i++) {
                pivot = left[i] > left[pivot] ? i : pivot;
            }
            if (left[pivot] <= nothing) {
                return Arrays.copyOf(columns, rank);
            }
            double[] column = matrix[pivot].clone();
            for (int k = 0; k < rank; k++) {
                double factor = columns[k][pivot];
                for (int i = 0; i < n; i++) {
                    column[i] -= factor * columns[k][i];
                }
            }
            double root = Math.sqrt(left[pivot]);
            for (int i = 0; i < n; i++) {
                column[i] /= root;
                left[i] -= column[i] * column[i];
            }
            left[pivot] = Double.NEGATIVE_INFINITY; // done
            columns[rank] = column;
        }
        return columns;
    }
}
