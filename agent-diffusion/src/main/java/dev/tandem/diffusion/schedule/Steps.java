package dev.tandem.diffusion.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which steps a run of a sampler takes: so many, which the schedule spaces, or those that are given.
 *
 * @param count how many
 * @param timesteps of each step, falling; empty to leave them to the schedule
 * @param sigmas how much noise each step has, falling; Euler's sampler wants that which the last one leaves too; empty as above
 * @param shift μ, for flow matching that is shifted by the picture's size (Esser et al. 2024, section 5.3.2); null for none
 */
public record Steps(
        int count,
        List<Double> timesteps,
        List<Double> sigmas,
        @Nullable Double shift) {

    public Steps {
        timesteps = List.copyOf(timesteps);
        sigmas = List.copyOf(sigmas);
        if (count < 1) {
            throw new IllegalArgumentException("a run has at least one step, got " + count);
        }
    }

    /** So many steps, spaced by the schedule. */
    public static Steps of(int count) {
        return new Steps(count, List.of(), List.of(), null);
    }

    /** Steps at these time steps. */
    public static Steps at(List<Double> timesteps) {
        return new Steps(timesteps.size(), timesteps, List.of(), null);
    }

    /** The same steps, shifted by μ. */
    public Steps shifted(@Nullable Double mu) {
        return new Steps(count, timesteps, sigmas, mu);
    }

    boolean given() {
        return !timesteps.isEmpty() || !sigmas.isEmpty();
    }

    /** Refuses steps that a sampler can only space itself. */
    void requireSpaced(String sampler) {
        if (given()) {
            throw new IllegalArgumentException(
                    sampler + " spaces its steps itself, got " + this + "; give their number only");
        }
    }

    /** The given time steps as whole numbers, which fall and lie among those of training. */
    long[] whole(int trained) {
        long[] times = timesteps.stream().mapToLong(t -> (long) t.doubleValue()).toArray();
        for (int i = 0; i < times.length; i++) {
            if (times[i] < 0 || times[i] >= (i == 0 ? trained : times[i - 1])) {
                throw new IllegalArgumentException(
                        "time steps fall and lie from 0 to " + (trained - 1) + ", got " + timesteps);
            }
        }
        return times;
    }
}
