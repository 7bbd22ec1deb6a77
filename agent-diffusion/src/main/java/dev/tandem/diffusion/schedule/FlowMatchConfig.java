package dev.tandem.diffusion.schedule;

import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link FlowMatchScheduler}, as in {@code scheduler/scheduler_config.json}.
 *
 * @param trainTimesteps T; a time step is T times the share of noise
 * @param shift moves the steps towards the noise, as larger pictures need it (Esser et al. 2024, equation 23); 1 for none
 * @param dynamicShift shifts by the picture's size instead; null for {@code shift}
 * @param shiftTerminal the share of noise at the last step, to which the others are stretched; null to leave them
 * @param sigmas how the steps are spaced
 * @param inverted whether shares of noise count from the picture
 * @param stochastic whether each step predicts the picture and adds fresh noise
 */
public record FlowMatchConfig(
        int trainTimesteps,
        double shift,
        @Nullable DynamicShift dynamicShift,
        @Nullable Double shiftTerminal,
        SigmaSpacing sigmas,
        boolean inverted,
        boolean stochastic) {

    public FlowMatchConfig {
        if (trainTimesteps < 1 || trainTimesteps > SchedulerConfig.MAX_TIMESTEPS || !(shift > 0)) {
            throw new IllegalArgumentException("num_train_timesteps lies from 1 to " + SchedulerConfig.MAX_TIMESTEPS
                    + " and shift is above 0, got " + trainTimesteps + " and " + shift);
        }
        if (sigmas == SigmaSpacing.LU || sigmas == SigmaSpacing.FLOW) {
            throw new IllegalArgumentException("the steps of flow matching are not spaced by " + sigmas);
        }
    }
}
