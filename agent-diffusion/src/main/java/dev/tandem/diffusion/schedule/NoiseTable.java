package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * ᾱ_t of every training time step, in float32 and in the reference's order of operations: near t = 0 the difference 1 - ᾱ_t magnifies
 * each last digit.
 */
final class NoiseTable {

    /** The smallest positive number of float16, as in the reference. */
    private static final float ALMOST_ZERO = 0x1p-24f;

    private final float[] alphaBars;
    private final boolean zeroSnr;

    NoiseTable(SchedulerConfig config) {
        float[] betas = betas(config);
        zeroSnr = config.rescaleBetasZeroSnr();
        alphaBars = cumulative(config.rescaleBetasZeroSnr() ? rescale(betas) : betas);
    }

    private static float[] betas(SchedulerConfig config) {
        List<Double> trained = config.trainedBetas();
        if (trained.isEmpty()) {
            return config.betaSchedule().betas(config.betaStart(), config.betaEnd(), config.trainTimesteps());
        }
        float[] betas = new float[trained.size()];
        for (int i = 0; i < betas.length; i++) {
            betas[i] = trained.get(i).floatValue();
        }
        return betas;
    }

    /** Products of 1 - β; like torch's, the running product is kept in double. */
    private static float[] cumulative(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** Shifts √ᾱ so that the last is 0 and scales it so that the first stays (Lin et al. 2024, algorithm 1). */
    private static float[] rescale(float[] betas) {
        float[] roots = cumulative(betas);
        int n = roots.length;
        for (int i = 0; i < n; i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
        }
        float first = roots[0];
        float last = roots[n - 1];
        float scale = first / (first - last);
        float[] rescaled = new float[n];
        float before = 1;
        for (int i = 0; i < n; i++) {
            float root = (roots[i] - last) * scale;
            float bar = root * root;
            rescaled[i] = 1 - (i == 0 ? bar : bar / before);
            before = bar;
        }
        return rescaled;
    }

    float at(long timestep) {
        if (timestep < 0 || timestep >= alphaBars.length) {
            throw new IllegalArgumentException(
                    "time steps lie from 0 to " + (alphaBars.length - 1) + ", got " + timestep);
        }
        return alphaBars[(int) timestep];
    }

    /**
     * σ_t = √((1 - ᾱ_t) / ᾱ_t) of every training time step. Where the last is pure noise, it is taken as almost that, or its σ were
     * infinite.
     */
    float[] sigmas() {
        float[] sigmas = new float[alphaBars.length];
        for (int i = 0; i < sigmas.length; i++) {
            float bar = alphaBars[i] == 0 || zeroSnr && i == sigmas.length - 1 ? ALMOST_ZERO : alphaBars[i];
            sigmas[i] = (float) Math.sqrt((1 - bar) / bar);
        }
        return sigmas;
    }

    Tensor addNoise(Tensor samples, Tensor noise, long[] timesteps) {
        return samples.mul(signal(samples, timesteps)).add(noise.mul(noise(samples, timesteps)));
    }

    Tensor velocity(Tensor samples, Tensor noise, long[] timesteps) {
        return noise.mul(signal(samples, timesteps)).sub(samples.mul(noise(samples, timesteps)));
    }

    /** √ᾱ_t, [B, 1, ...]. */
    private Tensor signal(Tensor samples, long[] timesteps) {
        float[] values = new float[timesteps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sqrt(at(timesteps[i]));
        }
        return column(samples, values);
    }

    /** √(1 - ᾱ_t), [B, 1, ...]. */
    private Tensor noise(Tensor samples, long[] timesteps) {
        float[] values = new float[timesteps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sqrt(1 - at(timesteps[i]));
        }
        return column(samples, values);
    }

    private static Tensor column(Tensor samples, float[] values) {
        if (samples.size(0) != values.length) {
            throw new IllegalArgumentException(
                    values.length + " time steps do not fit samples of shape " + Shapes.toString(samples.shape()));
        }
        long[] shape = new long[samples.rank()];
        Arrays.fill(shape, 1);
        shape[0] = values.length;
        return samples.engine().tensor(values, shape);
    }
}
