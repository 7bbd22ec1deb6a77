package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;

/** A run whose steps are known by how much noise they have. */
public abstract class SigmaRun implements Sampling {

    private final double[] timesteps;
    private final float[] sigmas;

    /**
     * Keeps the steps.
     *
     * @param timesteps of each step
     * @param sigmas of each step, and that which the last one leaves
     */
    SigmaRun(double[] timesteps, float[] sigmas) {
        this.timesteps = timesteps;
        this.sigmas = sigmas;
    }

    @Override
    public final double[] timesteps() {
        return timesteps.clone();
    }

    /** How much noise each step has, and how much the last one leaves. */
    public final float[] sigmas() {
        return sigmas.clone();
    }

    final int steps() {
        return timesteps.length;
    }

    final float sigma(int k) {
        return sigmas[k];
    }

    /** σ at time steps of this run, [B, 1, ...]. Of two equal ones the second counts, as in the reference. */
    final Tensor sigmas(Tensor like, double[] times) {
        float[] values = new float[times.length];
        for (int i = 0; i < times.length; i++) {
            values[i] = sigmas[index(times[i])];
        }
        long[] shape = new long[like.rank()];
        Arrays.fill(shape, 1);
        shape[0] = times.length;
        return like.engine().tensor(values, shape);
    }

    private int index(double time) {
        double near = 1e-5 * Math.max(1, Math.abs(time));
        int found = -1;
        int times = 0;
        for (int i = 0; i < timesteps.length && times < 2; i++) {
            if (Math.abs(timesteps[i] - time) <= near) {
                found = i;
                times++;
            }
        }
        if (found < 0) {
            throw new IllegalArgumentException(
                    time + " is no time step of this run, which has " + Arrays.toString(timesteps));
        }
        return found;
    }
}
