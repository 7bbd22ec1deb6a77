package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pseudo numerical methods for diffusion models (Liu et al. 2022, algorithm 2), equal to diffusers' {@code PNDMScheduler}: the linear multistep
 * method over what the network said at the last four time steps, begun by three steps of Runge and Kutta's method or, as the folders of
 * Stable Diffusion 1 have it, by steps of lower order.
 */
public final class PndmScheduler extends TableScheduler {

    /** Time steps whose predictions make one step. */
    private static final int ORDER = 4;

    private final boolean skipsRungeKutta;

    /**
     * A scheduler.
     *
     * @param skipsRungeKutta whether it begins by steps of lower order ({@code skip_prk_steps})
     */
    public PndmScheduler(SchedulerConfig config, boolean skipsRungeKutta) {
        super(config);
        this.skipsRungeKutta = skipsRungeKutta;
        PredictionType type = config.predictionType();
        if (type != PredictionType.EPSILON && type != PredictionType.V_PREDICTION) {
            throw new IllegalArgumentException(
                    "prediction_type is '" + type.configName() + "'; PNDM takes epsilon or v_prediction");
        }
    }

    /** The sampler has no settings; {@code options} must be the default. */
    @Override
    public Sampling start(Steps steps, SamplingOptions options) {
        steps.requireSpaced("PNDM");
        if (!options.equals(SamplingOptions.DEFAULT)) {
            throw new IllegalArgumentException("PNDM takes no settings of the sampler, got " + options);
        }
        int trained = config().trainTimesteps();
        int count = steps.count();
        long[] times = config().timestepSpacing().timesteps(trained, count, config().stepsOffset());
        int stride = trained / count;
        return skipsRungeKutta
                ? new Run(secondTwice(times), 0, stride)
                : new Run(rungeKuttaFirst(times, stride / 2), ORDER * (ORDER - 1), stride);
    }

    /** The second time step is visited twice: the first step is taken again with the mean of both predictions. */
    private static long[] secondTwice(long[] times) {
        if (times.length == 1) {
            return times;
        }
        long[] visited = new long[times.length + 1];
        visited[0] = times[0];
        System.arraycopy(times, 1, visited, 1, 1);
        System.arraycopy(times, 1, visited, 2, times.length - 1);
        return visited;
    }

    /** Three steps by four predictions each: at the beginning, twice half a stride on, and at the end. */
    private static long[] rungeKuttaFirst(long[] times, int half) {
        if (times.length < ORDER) {
            throw new IllegalArgumentException("PNDM that begins with Runge and Kutta's method takes at least " + ORDER
                    + " steps, got " + times.length);
        }
        int begun = ORDER - 1;
        long[] visited = new long[ORDER * begun + times.length - begun];
        for (int step = 0; step < begun; step++) {
            visited[ORDER * step] = times[step];
            visited[ORDER * step + 1] = times[step + 1] + half;
            visited[ORDER * step + 2] = times[step + 1] + half;
            visited[ORDER * step + 3] = times[step + 1];
        }
        System.arraycopy(times, begun, visited, ORDER * begun, times.length - begun);
        return visited;
    }

    private final class Run extends TableRun {

        private final int rungeKutta;
        private final int stride;
        private final List<Tensor> before = new ArrayList<>(); // what the network said, the oldest first
        private @Nullable Tensor begin;
        private @Nullable Tensor sum;
        private @Nullable Scope kept;

        /**
         * A run.
         *
         * @param rungeKutta how many of the time steps belong to Runge and Kutta's method
         * @param stride time steps from one step to the next
         */
        Run(long[] timesteps, int rungeKutta, int stride) {
            super(timesteps);
            this.rungeKutta = rungeKutta;
            this.stride = stride;
        }

        @Override
        public boolean drawsNoise(int k) {
            return false;
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            return k < rungeKutta ? rungeKutta(k, output, sample) : multistep(k, output, sample);
        }

        /** One of four predictions: k1 / 6 + k2 / 3 + k3 / 3 + k4 / 6. */
        private Tensor rungeKutta(int k, Tensor output, Tensor sample) {
            int part = k % ORDER;
            long time = timesteps[k - part];
            long next = timesteps[k] - (k % 2 == 0 ? stride / 2 : 0);
            Tensor mixed = output;
            if (part == 0) {
                begin = kept(begin, sample.mul(1));
                sum = kept(sum, output.mul(1.0 / 6));
                before.add(keep(output.mul(1)));
            } else if (part < ORDER - 1) {
                sum = kept(sum, required(sum).add(output.mul(1.0 / 3)));
            } else {
                mixed = required(sum).add(output.mul(1.0 / 6));
            }
            return transfer(required(begin), time, next, mixed);
        }

        private Tensor multistep(int k, Tensor output, Tensor sample) {
            boolean again = skipsRungeKutta && k == 1;
            if (again) {
                Tensor mean = output.add(before.get(0)).div(2);
                return transfer(required(begin), timesteps[k] + stride, timesteps[k], mean);
            }
            if (before.size() == ORDER) {
                before.remove(0).close();
            }
            before.add(keep(output.mul(1)));
            if (k == 0) {
                begin = keep(sample.mul(1));
            }
            return transfer(sample, timesteps[k], timesteps[k] - stride, extrapolated());
        }

        /** The formulas of Adams and Bashforth. */
        private Tensor extrapolated() {
            Tensor e1 = before.get(before.size() - 1);
            return switch (before.size()) {
                case 1 -> e1;
                case 2 -> e1.mul(3).sub(last(2)).div(2);
                case 3 -> e1.mul(23).sub(last(2).mul(16)).add(last(3).mul(5)).div(12);
                default ->
                    e1.mul(55)
                            .sub(last(2).mul(59))
                            .add(last(3).mul(37))
                            .sub(last(4).mul(9))
                            .div(24);
            };
        }

        private Tensor last(int n) {
            return before.get(before.size() - n);
        }

        /** Equation 9: the sample at another time step, if the network's prediction holds from here to there. */
        private Tensor transfer(Tensor sample, long from, long to, Tensor output) {
            float here = table().at(from);
            float there = to >= 0 ? table().at(to) : config().setAlphaToOne() ? 1 : table().at(0);
            Tensor epsilon = config().predictionType() == PredictionType.V_PREDICTION
                    ? output.mul((float) Math.sqrt(here)).add(sample.mul((float) Math.sqrt(1 - here)))
                    : output;
            float scale = (float) Math.sqrt(there / here);
            float denominator = here * (float) Math.sqrt(1 - there) + (float) Math.sqrt(here * (1 - here) * there);
            return sample.mul(scale).sub(epsilon.mul((there - here) / denominator));
        }

        private Tensor keep(Tensor tensor) {
            Scope scope = kept;
            if (scope == null) {
                scope = tensor.engine().scope().detach();
                kept = scope;
            }
            return scope.adopt(tensor);
        }

        /** Keeps a tensor in the place of an older one. */
        private Tensor kept(@Nullable Tensor old, Tensor replacement) {
            Tensor adopted = keep(replacement);
            if (old != null) {
                old.close();
            }
            return adopted;
        }

        private static Tensor required(@Nullable Tensor tensor) {
            if (tensor == null) {
                throw new IllegalStateException("the steps of a run are taken in order, from the first");
            }
            return tensor;
        }

        @Override
        public void close() {
            if (kept != null) {
                kept.close();
            }
        }
    }
}
