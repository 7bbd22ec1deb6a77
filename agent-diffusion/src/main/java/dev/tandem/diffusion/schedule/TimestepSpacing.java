package dev.tandem.diffusion.schedule;

/** Which of the training time steps a run of the sampler visits (Lin et al. 2024, table 2). Computed as numpy does, in double. */
public enum TimestepSpacing {
    LINSPACE("linspace"),
    LEADING("leading"),
    TRAILING("trailing");

    private final String configName;

    TimestepSpacing(String configName) {
        this.configName = configName;
    }

    /** The name in configuration files. */
    public String configName() {
        return configName;
    }

    /** From the noisiest to the cleanest. */
    long[] timesteps(int trained, int steps, int offset) {
        if (steps < 1 || steps > trained) {
            throw new IllegalArgumentException(
                    "a schedule of " + trained + " time steps is run in 1 to " + trained + " steps, got " + steps);
        }
        // in numpy.arange's order of operations, which decides where halves are rounded to
        double stride = (trained - (double) trained / steps) - trained;
        long[] times = new long[steps];
        for (int i = 0; i < steps; i++) {
            int rest = steps - 1 - i;
            times[i] = switch (this) {
                case LINSPACE -> (long) Math.rint(steps == 1 ? 0 : rest * ((trained - 1.0) / (steps - 1)));
                case LEADING -> (long) rest * (trained / steps) + offset;
                case TRAILING -> (long) Math.rint(trained + i * stride) - 1;
            };
        }
        if (times[0] >= trained) {
            throw new IllegalArgumentException(
                    "with steps_offset " + offset + " a run of " + steps + " steps starts at time step " + times[0]
                            + ", but there are only " + trained + "; take fewer steps");
        }
        return times;
    }
}
