package dev.tandem.diffusion.schedule;

/** The beta distribution with density x^(a-1) (1-x)^(b-1) / B(a, b) on [0, 1]. */
final class BetaDistribution {

    private static final int TERMS = 500;
    private static final double PRECISION = 1e-16;
    private static final double TINY = 1e-300;

    private BetaDistribution() {}

    /** Where the distribution reaches {@code p}, by bisection down to neighbouring doubles. */
    static double quantile(double a, double b, double p) {
        if (p <= 0 || p >= 1) {
            return p <= 0 ? 0 : 1;
        }
        double low = 0;
        double high = 1;
        while (true) {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) {
                return middle;
            }
            if (below(a, b, middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /** The share below {@code x}: the regularised incomplete beta function, as a continued fraction (DLMF 8.17.22). */
    static double below(double a, double b, double x) {
        if (x > (a + 1) / (a + b + 2)) { // the fraction converges quickly on the other side
            return 1 - below(b, a, 1 - x);
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m <= TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            fraction *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            fraction *= c * d;
            if (Math.abs(c * d - 1) < PRECISION) {
                break;
            }
        }
        return front * fraction;
    }

    private static double nonZero(double x) {
        return Math.abs(x) < TINY ? TINY : x;
    }

    /** log Γ(x): Stirling's series (DLMF 5.11.1) from where it is exact to a double, and Γ(x + 1) = x Γ(x) down to x. */
    private static double logGamma(double x) {
        double shift = 0;
        while (x < 15) {
            shift += Math.log(x);
            x++;
        }
        double square = 1 / (x * x);
        double series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / x;
        return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }
}
