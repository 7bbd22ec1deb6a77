package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;

/**
 * A noise schedule with a sampler. Immutable; one object serves any number of threads.
 *
 * <p>x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε (Ho et al. 2020, equation 4) is the picture x_0 after t steps of noise.
 */
public interface Scheduler {

    SchedulerConfig config();

    /**
     * This schedule for pictures of so many patches; another only where the steps depend on the picture's size.
     *
     * @param patches that the network sees, above 0
     */
    default Scheduler forPatches(int patches) {
        return this;
    }

    /**
     * Sets up a run of the sampler.
     *
     * @param steps from 1 to the number of training time steps
     * @throws IllegalArgumentException if the schedule can't be cut into so many steps
     */
    default Sampling start(int steps) {
        return start(steps, SamplingOptions.DEFAULT);
    }

    /** As {@link #start(int)}, with settings of the sampler. */
    default Sampling start(int steps, SamplingOptions options) {
        return start(Steps.of(steps), options);
    }

    /**
     * Sets up a run over steps that may be given.
     *
     * @throws IllegalArgumentException if this sampler can't take these steps
     */
    Sampling start(Steps steps, SamplingOptions options);

    /**
     * Noisy samples, x_t.
     *
     * @param samples x_0, [B, ...]
     * @param noise ε, of the same shape
     * @param timesteps t of each of the B samples
     */
    Tensor addNoise(Tensor samples, Tensor noise, long[] timesteps);

    /** Velocities, √ᾱ_t ε - √(1 - ᾱ_t) x_0 (Salimans and Ho 2022, section 2.4); arguments as in {@link #addNoise}. */
    Tensor velocity(Tensor samples, Tensor noise, long[] timesteps);

    /** ᾱ_t, the share of the picture in the variance at a time step. */
    double alphaBar(long timestep);

    /** What a network is trained to predict, given what it was trained on; arguments as in {@link #addNoise}. */
    default Tensor target(Tensor samples, Tensor noise, long[] timesteps) {
        return switch (config().predictionType()) {
            case EPSILON -> noise;
            case SAMPLE -> samples;
            case V_PREDICTION -> velocity(samples, noise, timesteps);
            case FLOW_PREDICTION -> noise.sub(samples);
        };
    }
}
