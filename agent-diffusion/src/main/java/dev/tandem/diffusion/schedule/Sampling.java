package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One run of a sampler: its time steps, and the way from each to the next. Immutable. */
public interface Sampling {

    /** Time steps from the noisiest to the cleanest; the array is a copy. */
    long[] timesteps();

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
}
