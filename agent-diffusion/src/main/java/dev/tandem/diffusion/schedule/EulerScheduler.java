package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Euler's method along dx/dσ = (x - x_0) / σ (Karras et al. 2022, algorithm 2 without churn), equal to diffusers'
 * {@code EulerDiscreteScheduler}. Samples are x_0 + σ ε; the network is handed x / √(σ² + 1).
 */
public final class EulerScheduler extends TableScheduler {

    private final EulerConfig euler;

    public EulerScheduler(SchedulerConfig config, EulerConfig euler) {
        super(config);
        this.euler = euler;
    }

    /** The settings that only this sampler has. */
    public EulerConfig euler() {
        return euler;
    }

    /** Its sampler has no settings; {@code options} must be the default. */
    @Override
    public Sampling start(Steps asked, SamplingOptions options) {
        if (!options.equals(SamplingOptions.DEFAULT)) {
            throw new IllegalArgumentException(
                    "Euler takes no settings of the sampler, got " + options + "; use DDIM for eta");
        }
        float[] table = table().sigmas();
        if (!asked.sigmas().isEmpty()) {
            return given(table, asked.sigmas());
        }
        if (asked.given() && (euler.sigmas() != SigmaSpacing.TIMESTEPS || euler.continuousTime())) {
            asked.requireSpaced("Euler's sampler with sigmas spaced by " + euler.sigmas());
        }
        int steps = asked.count();
        double[] times = asked.given()
                ? asked.timesteps().stream().mapToDouble(t -> t.floatValue()).toArray()
                : times(steps);
        double[] sigmas = euler.logLinear()
                ? logLinear(table, steps)
                : Arrays.stream(times)
                        .map(t -> SigmaSpacing.interpolated(table, t))
                        .toArray();
        if (euler.sigmas() != SigmaSpacing.TIMESTEPS) {
            double max = euler.sigmaMax() == null ? sigmas[0] : euler.sigmaMax();
            double min = euler.sigmaMin() == null ? sigmas[sigmas.length - 1] : euler.sigmaMin();
            sigmas = euler.sigmas().between(max, min, steps);
            times = Arrays.stream(sigmas).map(s -> SigmaSpacing.time(table, s)).toArray();
        }
        float[] noise = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            noise[i] = (float) sigmas[i];
        }
        noise[sigmas.length] = euler.endsAboveZero() ? table[0] : 0;
        return run(times, noise);
    }

    private Sampling run(double[] times, float[] noise) {
        for (int i = 0; i < times.length; i++) {
            times[i] = euler.continuousTime() ? 0.25f * (float) Math.log(noise[i]) : (float) times[i];
        }
        return new Run(times, noise);
    }

    /** A run over given σ, the last of which is what it leaves. */
    private Sampling given(float[] table, List<Double> sigmas) {
        if (sigmas.size() < 2) {
            throw new IllegalArgumentException(
                    "a run has at least two sigmas, that of a step and that which it leaves, got " + sigmas);
        }
        float[] noise = new float[sigmas.size()];
        double[] times = new double[noise.length - 1];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = sigmas.get(i).floatValue();
            if (i < times.length) {
                times[i] = SigmaSpacing.time(table, noise[i]);
            }
        }
        return run(times, noise);
    }

    private double[] times(int steps) {
        SchedulerConfig c = config();
        if (c.timestepSpacing() != TimestepSpacing.LINSPACE) {
            return Arrays.stream(c.timestepSpacing().timesteps(c.trainTimesteps(), steps, c.stepsOffset()))
                    .asDoubleStream()
                    .toArray();
        }
        double[] rising = SigmaSpacing.linspace(0, c.trainTimesteps() - 1, steps);
        double[] times = new double[steps];
        for (int i = 0; i < steps; i++) {
            times[i] = (float) rising[steps - 1 - i];
        }
        return times;
    }

    /** One more than steps: the last step leaves the least noise of training. */
    private static double[] logLinear(float[] table, int steps) {
        double high = (float) Math.log(table[table.length - 1]);
        double low = (float) Math.log(table[0]);
        return Arrays.stream(SigmaSpacing.linspace(high, low, steps + 1))
                .map(Math::exp)
                .toArray();
    }

    private final class Run extends SigmaRun {

        Run(double[] timesteps, float[] sigmas) {
            super(timesteps, sigmas);
        }

        @Override
        public double initNoiseSigma() {
            float max = 0;
            for (float sigma : sigmas()) {
                max = Math.max(max, sigma);
            }
            return config().timestepSpacing() == TimestepSpacing.LEADING ? (float) Math.sqrt(max * max + 1) : max;
        }

        @Override
        public Tensor scaleInput(int k, Tensor sample) {
            return sample.div((float) Math.sqrt(sigma(k) * sigma(k) + 1));
        }

        @Override
        public boolean drawsNoise(int k) {
            return false;
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            float sigma = sigma(k);
            float sum = sigma * sigma + 1;
            Tensor picture = switch (config().predictionType()) {
                case EPSILON -> sample.sub(output.mul(sigma));
                case SAMPLE -> output;
                case V_PREDICTION -> output.mul(-sigma / (float) Math.sqrt(sum)).add(sample.div(sum));
                case FLOW_PREDICTION ->
                    throw new IllegalArgumentException("a network that predicts flows is sampled by flow matching");
            };
            Tensor derivative = sample.sub(picture).div(sigma);
            return sample.add(derivative.mul(sigma(k + 1) - sigma));
        }

        @Override
        public Tensor addNoise(Tensor samples, Tensor noise, double[] times) {
            return samples.add(noise.mul(sigmas(samples, times)));
        }
    }
}
