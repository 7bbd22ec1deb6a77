package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.schedule.Sampling;
import dev.tandem.diffusion.schedule.SamplingOptions;
import dev.tandem.diffusion.schedule.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code scheduler.ddpm} and {@code scheduler.ddim}: time steps, noisy samples, velocities, and a whole run of the sampler in which the
 * network is replaced by 0.1 x + 0.01 sin(t / 100).
 *
 * @param kind which of both
 */
record SchedulerKind(String kind) implements ParityKind {

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        TensorEngine engine = parityCase.engine();
        Scheduler scheduler = SchedulerFile.parse(args.path("config").toString());
        Sampling sampling = scheduler.start(args.path("num_inference_steps").asInt(), options(args.path("step")));
        long[] timesteps = sampling.timesteps();
        Tensor sample = parityCase.input("add_noise.sample");
        Tensor noise = parityCase.input("add_noise.noise");
        long[] at = parityCase.input("add_noise.timesteps").toLongArray();
        return Map.of(
                "timesteps", engine.tensor(timesteps, timesteps.length),
                "init_noise_sigma", engine.full(scheduler.initNoiseSigma()),
                "trajectory", engine.stack(trajectory(parityCase, sampling, scheduler.initNoiseSigma()), 0),
                "add_noise", scheduler.addNoise(sample, noise, at),
                "velocity", scheduler.velocity(sample, noise, at));
    }

    private static SamplingOptions options(JsonNode step) {
        return new SamplingOptions(
                step.path("eta").asDouble(0),
                step.path("use_clipped_model_output").asBoolean());
    }

    /** The sample before the first step and after each: steps + 1 tensors. */
    private static List<Tensor> trajectory(ParityCase parityCase, Sampling sampling, double initNoiseSigma) {
        long[] timesteps = sampling.timesteps();
        List<Tensor> samples = new ArrayList<>();
        Tensor x = parityCase.input("latents").mul(initNoiseSigma);
        samples.add(x);
        for (int k = 0; k < timesteps.length; k++) {
            Tensor output = x.mul(0.1).add(0.01 * Math.sin(timesteps[k] / 100.0));
            x = sampling.step(k, output, x, sampling.drawsNoise(k) ? parityCase.input("noise." + k) : null);
            samples.add(x);
        }
        return samples;
    }
}
