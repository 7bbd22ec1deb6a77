package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;

/** A scheduler whose noise follows a table over the training time steps: all but flow matching. */
abstract class TableScheduler implements Scheduler {

    private final SchedulerConfig config;
    private final NoiseTable table;
    private final Limiter limiter;

    TableScheduler(SchedulerConfig config) {
        this.config = config;
        this.table = new NoiseTable(config);
        this.limiter = new Limiter(config);
    }

    @Override
    public final SchedulerConfig config() {
        return config;
    }

    final NoiseTable table() {
        return table;
    }

    final Limiter limiter() {
        return limiter;
    }

    @Override
    public Tensor addNoise(Tensor samples, Tensor noise, long[] timesteps) {
        return table.addNoise(samples, noise, timesteps);
    }

    @Override
    public Tensor velocity(Tensor samples, Tensor noise, long[] timesteps) {
        return table.velocity(samples, noise, timesteps);
    }

    @Override
    public double alphaBar(long timestep) {
        return table.at(timestep);
    }

    /** A run over whole time steps. */
    abstract class TableRun implements Sampling {

        final long[] timesteps;

        TableRun(long[] timesteps) {
            this.timesteps = timesteps;
        }

        @Override
        public final double[] timesteps() {
            return Arrays.stream(timesteps).asDoubleStream().toArray();
        }

        @Override
        public final Tensor addNoise(Tensor samples, Tensor noise, double[] times) {
            return TableScheduler.this.addNoise(
                    samples,
                    noise,
                    Arrays.stream(times).mapToLong(t -> (long) t).toArray());
        }
    }
}
