package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.schedule.DpmSolverConfig.Algorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DPM-Solver and DPM-Solver++ with several steps' predictions (Lu et al. 2022, algorithm 2 of "DPM-Solver++", and its stochastic variants), equal to
 * diffusers' {@code DPMSolverMultistepScheduler}. With λ = log(α / σ) and h from one step's λ to the next, the exact solution is an integral
 * over λ of the picture (++) or of the noise; steps of order n replace that by its first n terms of Taylor.
 */
public final class DpmSolverScheduler extends TableScheduler {

    /** From so many steps on, the last ones may be of full order. */
    private static final int LONG_RUN = 15;

    private final DpmSolverConfig solver;

    public DpmSolverScheduler(SchedulerConfig config, DpmSolverConfig solver) {
        super(config);
        this.solver = solver;
        if (config.predictionType() == PredictionType.FLOW_PREDICTION
                && !solver.algorithm().ofPicture()) {
            throw new IllegalArgumentException("flows are sampled with dpmsolver++, not with algorithm_type "
                    + solver.algorithm().configName());
        }
    }

    /** The settings that only this sampler has. */
    public DpmSolverConfig solver() {
        return solver;
    }

    /** Its sampler has no settings; {@code options} must be the default. */
    @Override
    public Sampling start(Steps asked, SamplingOptions options) {
        if (!options.equals(SamplingOptions.DEFAULT)) {
            throw new IllegalArgumentException(
                    "DPM-Solver takes no settings of the sampler, got " + options + "; use DDIM for eta");
        }
        if (solver.sigmas() != SigmaSpacing.TIMESTEPS || !asked.sigmas().isEmpty()) {
            asked.requireSpaced("DPM-Solver with sigmas spaced by " + solver.sigmas());
        }
        int steps = asked.count();
        float[] table = table().sigmas();
        double[] sigmas;
        double[] times;
        switch (solver.sigmas()) {
            case TIMESTEPS -> {
                times = asked.given()
                        ? Arrays.stream(asked.whole(config().trainTimesteps()))
                                .asDoubleStream()
                                .toArray()
                        : times(steps);
                sigmas = Arrays.stream(times)
                        .map(t -> SigmaSpacing.interpolated(table, t))
                        .toArray();
            }
            case KARRAS, LU, EXPONENTIAL, BETA -> {
                sigmas = spaced(table, steps);
                times = Arrays.stream(sigmas).map(s -> time(table, s)).toArray();
            }
            default -> {
                sigmas = flow(steps);
                times = Arrays.stream(sigmas)
                        .map(s -> (long) (s * config().trainTimesteps()))
                        .toArray();
            }
        }
        float[] noise = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            noise[i] = (float) sigmas[i];
        }
        noise[sigmas.length] = solver.endsAboveZero() ? (float) Math.sqrt((1 - table().at(0)) / table().at(0)) : 0;
        return new Run(times, noise);
    }

    private double[] spaced(float[] table, int steps) {
        double max = table[table.length - 1];
        double min = table[0];
        if (solver.sigmas() == SigmaSpacing.LU) {
            return Arrays.stream(SigmaSpacing.linspace((float) Math.log(max), (float) Math.log(min), steps))
                    .map(Math::exp)
                    .toArray();
        }
        return solver.sigmas().between(max, min, steps);
    }

    private double time(float[] table, double sigma) {
        double time = SigmaSpacing.time(table, sigma);
        boolean whole = (solver.sigmas() == SigmaSpacing.KARRAS || solver.sigmas() == SigmaSpacing.LU)
                && config().betaSchedule() != BetaSchedule.SQUARED_COS_CAP_V2;
        return whole ? Math.rint(time) : (long) time;
    }

    private double[] flow(int steps) {
        double shift = solver.flowShift();
        double[] signals = SigmaSpacing.linspace(1, 1.0 / config().trainTimesteps(), steps + 1);
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            double sigma = 1 - signals[steps - i];
            sigmas[i] = shift * sigma / (1 + (shift - 1) * sigma);
        }
        return sigmas;
    }

    /** One fewer interval than other samplers have: the last step ends where there is no noise, not at time step 0. */
    private double[] times(int steps) {
        SchedulerConfig c = config();
        int last = c.trainTimesteps() - clipped();
        List<Double> times = new ArrayList<>();
        switch (c.timestepSpacing()) {
            case LINSPACE -> {
                double[] rising = SigmaSpacing.linspace(0, last - 1, steps + 1);
                for (int i = steps; i > 0; i--) {
                    times.add(Math.rint(rising[i]));
                }
            }
            case LEADING -> {
                for (int i = steps; i > 0; i--) {
                    times.add((double) i * (last / (steps + 1)) + c.stepsOffset());
                }
            }
            case TRAILING -> {
                double ratio = (double) c.trainTimesteps() / steps;
                double stride = (last - ratio) - last; // numpy.arange's order of operations
                int count = (int) Math.ceil(last / ratio);
                for (int i = 0; i < count; i++) {
                    times.add(Math.rint(last + i * stride) - 1);
                }
            }
        }
        if (times.get(0) >= c.trainTimesteps()) {
            throw new IllegalArgumentException("with steps_offset " + c.stepsOffset() + " a run of " + steps
                    + " steps starts at time step " + times.get(0) + ", but there are only " + c.trainTimesteps()
                    + "; take fewer steps");
        }
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** How many of the noisiest time steps are left out. */
    private int clipped() {
        float[] sigmas = table().sigmas();
        int clipped = 0;
        while (clipped < sigmas.length && lambda(sigmas[sigmas.length - 1 - clipped]) < solver.lambdaMinClipped()) {
            clipped++;
        }
        return clipped;
    }

    private static float lambda(float sigma) {
        return -(float) Math.log(sigma);
    }

    private final class Run extends SigmaRun {

        /** What was predicted in the steps before, the last one first. */
        private final List<Tensor> before = new ArrayList<>();

        private @Nullable Scope kept;

        Run(double[] timesteps, float[] sigmas) {
            super(timesteps, sigmas);
        }

        @Override
        public boolean drawsNoise(int k) {
            return solver.algorithm().stochastic();
        }

        private float alpha(int k) {
            return solver.sigmas() == SigmaSpacing.FLOW ? 1 - sigma(k) : 1 / (float) Math.sqrt(sigma(k) * sigma(k) + 1);
        }

        private float deviation(int k) {
            return solver.sigmas() == SigmaSpacing.FLOW ? sigma(k) : sigma(k) * alpha(k);
        }

        private float lambda(int k) {
            return (float) Math.log(alpha(k)) - (float) Math.log(deviation(k));
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            if (drawsNoise(k) && noise == null) {
                throw new IllegalArgumentException(
                        "step " + k + " of " + solver.algorithm().configName() + " draws noise");
            }
            Tensor predicted = predicted(k, output, sample);
            int order = order(k);
            // 1. how far the step goes, and what it leaves of the sample
            float h = lambda(k + 1) - lambda(k);
            Algorithm algorithm = solver.algorithm();
            boolean pictures = algorithm.ofPicture();
            float ratio = pictures ? deviation(k + 1) / deviation(k) : alpha(k + 1) / alpha(k);
            if (algorithm == Algorithm.SDE_DPM_SOLVER_PP) {
                ratio *= exp(-h);
            }
            // 2. derivatives of the prediction along λ, from its past
            Tensor x = sample.mul(ratio).add(predicted.mul(zeroth(k, h)));
            if (order > 1) {
                float r0 = (lambda(k) - lambda(k - 1)) / h;
                Tensor d0 = predicted.sub(before.get(0)).mul(1 / r0);
                if (order == 2) {
                    x = x.add(d0.mul(second(k, h)));
                } else {
                    float r1 = (lambda(k - 1) - lambda(k - 2)) / h;
                    Tensor d1 = before.get(0).sub(before.get(1)).mul(1 / r1);
                    Tensor bend = d0.sub(d1);
                    x = x.add(d0.add(bend.mul(r0 / (r0 + r1))).mul(first(k, h)))
                            .add(bend.mul(1 / (r0 + r1)).mul(third(k, h)));
                }
            }
            // 3. fresh noise
            if (noise != null && algorithm.stochastic()) {
                float share = pictures ? 1 - exp(-2 * h) : exp(2 * h) - 1;
                x = x.add(noise.mul(deviation(k + 1) * (float) Math.sqrt(share)));
            }
            remember(predicted);
            return x;
        }

        private int order(int k) {
            boolean last = k == steps() - 1;
            boolean few = solver.lowerOrderFinal() && steps() < LONG_RUN;
            if (k == 0 || last && (solver.eulerAtFinal() || few || !solver.endsAboveZero())) {
                return 1;
            }
            return Math.min(solver.order(), k == 1 || few && k == steps() - 2 ? 2 : 3);
        }

        /** The picture, or the noise, that the network's output means. */
        private Tensor predicted(int k, Tensor output, Tensor sample) {
            float alpha = alpha(k);
            float sigma = deviation(k);
            PredictionType type = config().predictionType();
            if (solver.algorithm().ofPicture()) {
                return limited(
                        switch (type) {
                            case EPSILON -> sample.sub(output.mul(sigma)).div(alpha);
                            case SAMPLE -> output;
                            case V_PREDICTION -> sample.mul(alpha).sub(output.mul(sigma));
                            case FLOW_PREDICTION -> sample.sub(output.mul(sigma(k)));
                        });
            }
            Tensor epsilon = switch (type) {
                case EPSILON -> output;
                case SAMPLE -> sample.sub(output.mul(alpha)).div(sigma);
                default -> output.mul(alpha).add(sample.mul(sigma));
            };
            if (!config().thresholding()) {
                return epsilon;
            }
            Tensor picture = limited(sample.sub(epsilon.mul(sigma)).div(alpha));
            return sample.sub(picture.mul(alpha)).div(sigma);
        }

        /** Only thresholding; this sampler does not know {@code clip_sample}. */
        private Tensor limited(Tensor picture) {
            return config().thresholding() ? limiter().apply(picture) : picture;
        }

        /** Factor of the prediction itself. */
        private float zeroth(int k, float h) {
            return switch (solver.algorithm()) {
                case DPM_SOLVER_PP -> -alpha(k + 1) * (exp(-h) - 1);
                case DPM_SOLVER -> -deviation(k + 1) * (exp(h) - 1);
                case SDE_DPM_SOLVER_PP -> alpha(k + 1) * (1 - exp(-2 * h));
                case SDE_DPM_SOLVER -> -2 * deviation(k + 1) * (exp(h) - 1);
            };
        }

        /** Factor of its difference in a step of second order. */
        private float second(int k, float h) {
            if (solver.heun()) {
                return first(k, h);
            }
            return switch (solver.algorithm()) {
                case DPM_SOLVER_PP -> -0.5f * (alpha(k + 1) * (exp(-h) - 1));
                case DPM_SOLVER -> -0.5f * (deviation(k + 1) * (exp(h) - 1));
                case SDE_DPM_SOLVER_PP -> 0.5f * (alpha(k + 1) * (1 - exp(-2 * h)));
                case SDE_DPM_SOLVER -> -(deviation(k + 1) * (exp(h) - 1));
            };
        }

        /** Factor of its first derivative. */
        private float first(int k, float h) {
            return switch (solver.algorithm()) {
                case DPM_SOLVER_PP -> alpha(k + 1) * ((exp(-h) - 1) / h + 1);
                case DPM_SOLVER -> -deviation(k + 1) * ((exp(h) - 1) / h - 1);
                case SDE_DPM_SOLVER_PP -> alpha(k + 1) * ((1 - exp(-2 * h)) / (-2 * h) + 1);
                case SDE_DPM_SOLVER -> -2 * (deviation(k + 1) * ((exp(h) - 1) / h - 1));
            };
        }

        /** Factor of its second derivative. */
        private float third(int k, float h) {
            return switch (solver.algorithm()) {
                case DPM_SOLVER_PP -> -alpha(k + 1) * ((exp(-h) - 1 + h) / (h * h) - 0.5f);
                case DPM_SOLVER -> -deviation(k + 1) * ((exp(h) - 1 - h) / (h * h) - 0.5f);
                default -> alpha(k + 1) * ((1 - exp(-2 * h) - 2 * h) / (2 * h * (2 * h)) - 0.5f);
            };
        }

        private static float exp(float x) {
            return (float) Math.exp(x);
        }

        /** Predictions outlive the steps that made them. */
        private void remember(Tensor predicted) {
            if (solver.order() == 1) {
                return;
            }
            Scope scope = kept;
            if (scope == null) {
                scope = predicted.engine().scope().detach();
                kept = scope;
            }
            before.add(0, scope.adopt(predicted));
            while (before.size() >= Math.max(2, solver.order())) {
                before.remove(before.size() - 1).close();
            }
        }

        @Override
        public Tensor addNoise(Tensor samples, Tensor noise, double[] times) {
            Tensor sigma = sigmas(samples, times);
            if (solver.sigmas() == SigmaSpacing.FLOW) {
                return samples.mul(sigma.neg().add(1)).add(noise.mul(sigma));
            }
            Tensor root = sigma.square().add(1).sqrt();
            return samples.div(root).add(noise.mul(sigma.div(root)));
        }

        @Override
        public void close() {
            if (kept != null) {
                kept.close();
            }
        }
    }
}
