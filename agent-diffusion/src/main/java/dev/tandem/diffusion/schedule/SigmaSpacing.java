package dev.tandem.diffusion.schedule;

import java.util.Arrays;

/**
 * How much noise the steps of a run have: σ = √(1 - ᾱ) / √ᾱ, from the noisiest to the cleanest. Computed as numpy does, in double.
 */
public enum SigmaSpacing {
    /** That of the run's time steps. */
    TIMESTEPS,
    /** σ^(1/7) along a line (Karras et al. 2022, equation 5). */
    KARRAS,
    /** log σ along a line. */
    EXPONENTIAL,
    /** Quantiles of a beta distribution, many at both ends (Lee et al. 2024, "Beta Sampling is All You Need"). */
    BETA,
    /** log σ along a line, of all training time steps (Lu et al. 2022, section 3.4). */
    LU,
    /** Along a line from 1 down, shifted: for networks that were trained by flow matching. */
    FLOW;

    private static final double RHO = 7;
    private static final double BETA_SHAPE = 0.6;

    /** Between the largest and the smallest, both included. */
    double[] between(double max, double min, int steps) {
        double[] ramp = linspace(0, 1, steps);
        return Arrays.stream(ramp)
                .map(r -> switch (this) {
                    case KARRAS -> {
                        double low = Math.pow(min, 1 / RHO);
                        double high = Math.pow(max, 1 / RHO);
                        yield Math.pow(high + r * (low - high), RHO);
                    }
                    case BETA -> min + BetaDistribution.quantile(BETA_SHAPE, BETA_SHAPE, 1 - r) * (max - min);
                    case EXPONENTIAL, LU -> Math.exp(Math.log(max) + r * (Math.log(min) - Math.log(max)));
                    case TIMESTEPS, FLOW -> max + r * (min - max);
                })
                .toArray();
    }

    /** numpy.linspace. */
    static double[] linspace(double start, double end, int count) {
        double[] values = new double[count];
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        for (int i = 0; i < count; i++) {
            values[i] = i * step + start;
        }
        if (count > 1) {
            values[count - 1] = end;
        }
        return values;
    }

    /** The values of a table at fractional places, along lines (numpy.interp). */
    static double interpolated(float[] table, double at) {
        if (at <= 0) {
            return table[0];
        }
        int below = (int) at;
        if (below >= table.length - 1) {
            return table[table.length - 1];
        }
        double slope = (double) table[below + 1] - table[below];
        return slope * (at - below) + table[below];
    }

    /** At which time step a table, rising, has this much noise; along lines of log σ. */
    static double time(float[] sigmas, double sigma) {
        double log = Math.log(Math.max(sigma, 1e-10));
        int below = 0;
        for (int i = 0; i < sigmas.length - 1; i++) {
            if (log >= (float) Math.log(sigmas[i])) {
                below = i;
            }
        }
        float low = (float) Math.log(sigmas[below]);
        float high = (float) Math.log(sigmas[below + 1]);
        double weight = Math.min(Math.max((low - log) / (low - high), 0), 1);
        return (1 - weight) * below + weight * (below + 1);
    }
}
