package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One run of a sampler: its time steps, and the way from each to the next. A sampler of several steps keeps what the network said
 * before, so the steps of a run are taken in order and by one thread; close it to free that.
 */
public interface Sampling extends AutoCloseable {

    /** Time steps from the noisiest to the cleanest, not always whole ones; the array is a copy. */
    double[] timesteps();

    /** Multiplies standard normal noise to give the first sample. */
    default double initNoiseSigma() {
        return 1;
    }

    /**
     * The sample as the network takes it.
     *
     * @param k index into {@link #timesteps()}
     * @param sample x_t, [B, C, h, w]
     */
    default Tensor scaleInput(int k, Tensor sample) {
        return sample;
    }

    /**
     * Noisy samples, as at time steps of this run: where a picture is drawn over another.
     *
     * @param samples x_0, [B, ...]
     * @param noise ε, of the same shape
     * @param times a time step of this run for each of the B samples
     */
    Tensor addNoise(Tensor samples, Tensor noise, double[] times);

    /** Whether step k draws noise. */
    boolean drawsNoise(int k);

    /**
     * Takes step k.
     *
     * @param k index into {@link #timesteps()}
     * @param output what the network predicts for the sample at that time step
     * @param sample x_t, [B, C, h, w]
     * @param noise standard normal, of the sample's shape; null where {@link #drawsNoise} says no
     * @return the sample at the next time step
     */
    Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise);

    @Override
    default void close() {}
}
