package dev.tandem.samples.evaluate.metric;

/**
 * Eigenvalues of a symmetric matrix: Householder's reduction to three diagonals, then QL steps with implicit shifts (Golub and Van Loan,
 * "Matrix Computations", algorithms 8.3.1 and 8.3.3). Each is right to about the largest one's rounding error.
 */
final class SymmetricEigenvalues {

    private static final int MAX_STEPS = 60;

    private SymmetricEigenvalues() {}

    /**
     * The eigenvalues, in no order.
     *
     * @param matrix [n, n], symmetric; overwritten
     */
    static double[] of(double[][] matrix) {
        int n = matrix.length;
        double[] diagonal = new double[n];
        double[] beside = new double[n];
        for (int k = 0; k < n - 2; k++) {
            beside[k] = reflect(matrix, k);
        }
        for (int i = 0; i < n; i++) {
            diagonal[i] = matrix[i][i];
        }
        if (n > 1) {
            beside[n - 2] = matrix[n - 1][n - 2];
        }
        for (int i = 0; i < n; i++) {
            separate(diagonal, beside, i);
        }
        return diagonal;
    }

    /** Makes column k zero below the second diagonal by a reflection from both sides; returns the second diagonal's value. */
    private static double reflect(double[][] a, int k) {
        int n = a.length;
        double largest = 0;
        for (int i = k + 1; i < n; i++) {
            largest = Math.max(largest, Math.abs(a[i][k]));
        }
        if (largest == 0) {
            return 0;
        }
        double[] v = new double[n];
        double squares = 0;
        for (int i = k + 1; i < n; i++) {
            v[i] = a[i][k] / largest;
            squares += v[i] * v[i];
        }
        double length = v[k + 1] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
        double half = squares - v[k + 1] * length; // half of v's new square
        v[k + 1] -= length;
        // a - v w' - w v' with w = p - (p'v / 2h) v, p = a v / h
        double[] w = new double[n];
        double along = 0;
        for (int i = k + 1; i < n; i++) {
            double sum = 0;
            for (int j = k + 1; j < n; j++) {
                sum += a[i][j] * v[j];
            }
            w[i] = sum / half;
            along += w[i] * v[i];
        }
        for (int i = k + 1; i < n; i++) {
            w[i] -= along / (2 * half) * v[i];
        }
        for (int i = k + 1; i < n; i++) {
            double[] row = a[i];
            for (int j = k + 1; j < n; j++) {
                row[j] -= v[i] * w[j] + w[i] * v[j];
            }
        }
        return length * largest;
    }

    /** QL steps until the value beside diagonal {@code from} is nothing. */
    private static void separate(double[] d, double[] e, int from) {
        for (int step = 0; ; step++) {
            int to = from;
            while (to < d.length - 1 && Math.abs(e[to]) > Math.ulp(Math.abs(d[to]) + Math.abs(d[to + 1]))) {
                to++;
            }
            if (to == from) {
                return;
            }
            if (step == MAX_STEPS) {
                throw new IllegalArgumentException("the eigenvalues of a " + d.length + " x " + d.length
                        + " matrix are not found in " + MAX_STEPS + " steps; are its values finite?");
            }
            chase(d, e, from, to);
        }
    }

    private static void chase(double[] d, double[] e, int from, int to) {
        double g = (d[from + 1] - d[from]) / (2 * e[from]);
        double r = Math.hypot(g, 1);
        g = d[to] - d[from] + e[from] / (g + Math.copySign(r, g));
        double sine = 1;
        double cosine = 1;
        double p = 0;
        for (int i = to - 1; i >= from; i--) {
            double f = sine * e[i];
            double b = cosine * e[i];
            r = Math.hypot(f, g);
            e[i + 1] = r;
            if (r == 0) {
                // the matrix falls apart here
                d[i + 1] -= p;
                e[to] = 0;
                return;
            }
            sine = f / r;
            cosine = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * sine + 2 * cosine * b;
            p = sine * r;
            d[i + 1] = g + p;
            g = cosine * r - b;
        }
        d[from] -= p;
        e[from] = g;
        e[to] = 0;
    }
}
