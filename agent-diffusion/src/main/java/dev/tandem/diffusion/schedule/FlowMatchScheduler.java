package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Flow matching by Euler's method (Lipman et al. 2023; Esser et al. 2024, section 2), equal to diffusers'
 * {@code FlowMatchEulerDiscreteScheduler}: samples are (1 - σ) x_0 + σ ε, and the network predicts ε - x_0.
 */
public final class FlowMatchScheduler implements Scheduler {

    private final FlowMatchConfig flow;
    private final SchedulerConfig config;
    private final int patches;

    public FlowMatchScheduler(FlowMatchConfig flow) {
        this(flow, 0);
    }

    private FlowMatchScheduler(FlowMatchConfig flow, int patches) {
        this.flow = flow;
        this.patches = patches;
        this.config = SchedulerConfig.builder()
                .trainTimesteps(flow.trainTimesteps())
                .predictionType(PredictionType.FLOW_PREDICTION)
                .build();
    }

    /** Training time steps and prediction; there is no table of noise. */
    @Override
    public SchedulerConfig config() {
        return config;
    }

    /** The settings that only this scheduler has. */
    public FlowMatchConfig flow() {
        return flow;
    }

    @Override
    public Scheduler forPatches(int patches) {
        return flow.dynamicShift() == null ? this : new FlowMatchScheduler(flow, patches);
    }

    /**
     * Its sampler has no settings; {@code options} must be the default.
     *
     * @throws IllegalArgumentException if the shift depends on the picture's size and neither {@link #forPatches} nor {@code asked} said it
     */
    @Override
    public Sampling start(Steps asked, SamplingOptions options) {
        if (!options.equals(SamplingOptions.DEFAULT)) {
            throw new IllegalArgumentException("flow matching takes no settings of the sampler, got " + options);
        }
        int trained = flow.trainTimesteps();
        double[] sigmas = Arrays.stream(unshifted(asked))
                .map(s -> shifted(s, asked.shift()))
                .toArray();
        int steps = sigmas.length;
        Double terminal = flow.shiftTerminal();
        if (terminal != null) {
            double scale = (1 - sigmas[steps - 1]) / (1 - terminal);
            sigmas = Arrays.stream(sigmas).map(s -> 1 - (1 - s) / scale).toArray();
        }
        if (flow.sigmas() != SigmaSpacing.TIMESTEPS) {
            sigmas = flow.sigmas().between(sigmas[0], sigmas[steps - 1], steps);
        }
        float[] shares = new float[steps + 1];
        double[] times = new double[steps];
        for (int i = 0; i < steps; i++) {
            shares[i] = flow.inverted() ? 1 - (float) sigmas[i] : (float) sigmas[i];
            boolean given = !asked.timesteps().isEmpty() && !flow.inverted();
            times[i] = given ? asked.timesteps().get(i).floatValue() : shares[i] * trained;
        }
        shares[steps] = flow.inverted() ? 1 : 0;
        return new Run(times, shares);
    }

    /** The steps' shares of noise before they are shifted. */
    private double[] unshifted(Steps asked) {
        int trained = flow.trainTimesteps();
        if (!asked.sigmas().isEmpty()) {
            return asked.sigmas().stream().mapToDouble(Double::doubleValue).toArray();
        }
        double[] times = asked.given()
                ? asked.timesteps().stream().mapToDouble(Double::doubleValue).toArray()
                : SigmaSpacing.linspace(trainedSigma(trained) * trained, trainedSigma(1) * trained, asked.count());
        return Arrays.stream(times).map(t -> t / trained).toArray();
    }

    private double shifted(double sigma, @Nullable Double mu) {
        DynamicShift dynamic = flow.dynamicShift();
        if (dynamic != null) {
            if (mu == null && patches == 0) {
                throw new IllegalArgumentException(
                        "use_dynamic_shifting is true, so the number of the picture's patches must be given");
            }
            double factor = mu == null ? dynamic.factor(patches) : dynamic.factorOf(mu);
            return factor / (factor + (1 / sigma - 1));
        }
        return flow.shift() * sigma / (1 + (flow.shift() - 1) * sigma);
    }

    /** The share of noise at a training time step from 1 to T, in float32 as the reference keeps it. */
    private float trainedSigma(long step) {
        float sigma = (float) step / flow.trainTimesteps();
        if (flow.dynamicShift() != null) {
            return sigma;
        }
        float shift = (float) flow.shift();
        return shift * sigma / (1 + (float) (flow.shift() - 1) * sigma);
    }

    /** Time step t from 0 to T - 1 has the share of noise of (t + 1) / T. */
    @Override
    public Tensor addNoise(Tensor samples, Tensor noise, long[] timesteps) {
        float[] values = new float[timesteps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = trainedSigma(timesteps[i] + 1);
        }
        long[] shape = new long[samples.rank()];
        Arrays.fill(shape, 1);
        shape[0] = values.length;
        return mixed(samples, noise, samples.engine().tensor(values, shape));
    }

    private static Tensor mixed(Tensor samples, Tensor noise, Tensor sigma) {
        return noise.mul(sigma).add(samples.mul(sigma.neg().add(1)));
    }

    /** Flow matching has no velocities of this kind; {@link #target} is what it trains on. */
    @Override
    public Tensor velocity(Tensor samples, Tensor noise, long[] timesteps) {
        return noise.sub(samples);
    }

    @Override
    public double alphaBar(long timestep) {
        double signal = 1 - trainedSigma(timestep + 1);
        return signal * signal;
    }

    private final class Run extends SigmaRun {

        Run(double[] timesteps, float[] sigmas) {
            super(timesteps, sigmas);
        }

        @Override
        public boolean drawsNoise(int k) {
            return flow.stochastic();
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            float next = sigma(k + 1);
            if (!flow.stochastic()) {
                return sample.add(output.mul(next - sigma(k)));
            }
            if (noise == null) {
                throw new IllegalArgumentException("step " + k + " of stochastic flow matching draws noise");
            }
            Tensor picture = sample.sub(output.mul(sigma(k)));
            return picture.mul(1 - next).add(noise.mul(next));
        }

        @Override
        public Tensor addNoise(Tensor samples, Tensor noise, double[] times) {
            return mixed(samples, noise, sigmas(samples, times));
        }
    }
}
