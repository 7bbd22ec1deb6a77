package dev.tandem.diffusion.schedule;

import org.jspecify.annotations.Nullable;

/**
 * What an {@link EulerScheduler} has beside the {@link SchedulerConfig}.
 *
 * @param sigmas how much noise the steps have
 * @param sigmaMin smallest of Karras' or exponential ones; null for that of the time steps
 * @param sigmaMax largest of them; null for that of the time steps
 * @param logLinear whether log σ lies along a line between the time steps' ends ({@code interpolation_type} {@code log_linear})
 * @param continuousTime whether the network takes log σ / 4 for the time ({@code timestep_type} {@code continuous})
 * @param endsAboveZero whether the last step leaves the least noise of training ({@code final_sigmas_type} {@code sigma_min})
 */
public record EulerConfig(
        SigmaSpacing sigmas,
        @Nullable Double sigmaMin,
        @Nullable Double sigmaMax,
        boolean logLinear,
        boolean continuousTime,
        boolean endsAboveZero) {

    /** The settings of diffusers where a file says nothing. */
    public static final EulerConfig DEFAULT = new EulerConfig(SigmaSpacing.TIMESTEPS, null, null, false, false, false);

    public EulerConfig {
        if (sigmas == SigmaSpacing.LU || sigmas == SigmaSpacing.FLOW) {
            throw new IllegalArgumentException("Euler's steps are not spaced by " + sigmas);
        }
    }
}
