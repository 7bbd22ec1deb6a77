package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.schedule.Sampling;
import dev.tandem.diffusion.schedule.SamplingOptions;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SigmaRun;
import dev.tandem.diffusion.schedule.Steps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code scheduler.…}: time steps, noisy samples, velocities, and a whole run of the sampler in which the
 * network is replaced by 0.1 x + 0.01 sin(t / 100).
 *
 * @param kind which
 */
record SchedulerKind(String kind) implements ParityKind {

    /** How far apart two time steps are, relatively, that are meant to be the same. */
    private static final double NEAR = 1e-5;

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        TensorEngine engine = parityCase.engine();
        Scheduler scheduler = SchedulerFile.parse(args.path("config").toString());
        Tensor sample = parityCase.input("add_noise.sample");
        Tensor noise = parityCase.input("add_noise.noise");
        Tensor at = parityCase.input("add_noise.timesteps");
        try (Sampling sampling = scheduler.start(steps(args), options(args.path("step")))) {
            Map<String, Tensor> outputs = new HashMap<>();
            outputs.put("timesteps", timesteps(parityCase, sampling.timesteps()));
            outputs.put("init_noise_sigma", engine.full(sampling.initNoiseSigma()));
            outputs.put("trajectory", engine.stack(trajectory(parityCase, sampling), 0));
            outputs.put("add_noise", sampling.addNoise(sample, noise, doubles(at)));
            if (sampling instanceof SigmaRun run) {
                float[] sigmas = run.sigmas();
                outputs.put("sigmas", engine.tensor(sigmas, sigmas.length));
            }
            if (parityCase.expects("velocity")) {
                outputs.put("velocity", scheduler.velocity(sample, noise, velocityTimes(sampling, at)));
            }
            return outputs;
        }
    }

    /** The reference of Euler's sampler takes a step's place in the run for the time step that its velocity is of. */
    private static long[] velocityTimes(Sampling sampling, Tensor at) {
        if (!(sampling instanceof SigmaRun)) {
            return at.toLongArray();
        }
        double[] times = sampling.timesteps();
        double[] asked = doubles(at);
        long[] places = new long[asked.length];
        for (int i = 0; i < places.length; i++) {
            int found = 0;
            for (int k = 0; k < times.length && found < 2; k++) { // of several the second counts
                if (Math.abs(times[k] - asked[i]) <= NEAR * Math.max(1, Math.abs(asked[i]))) {
                    places[i] = k;
                    found++;
                }
            }
        }
        return places;
    }

    private static double[] doubles(Tensor times) {
        float[] values = times.to(DType.FLOAT32).toFloatArray();
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private static Tensor timesteps(ParityCase parityCase, double[] times) {
        if (parityCase.expectsIntegers("timesteps")) {
            return parityCase
                    .engine()
                    .tensor(Arrays.stream(times).mapToLong(t -> (long) t).toArray(), times.length);
        }
        float[] values = new float[times.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) times[i];
        }
        return parityCase.engine().tensor(values, values.length);
    }

    private static Steps steps(JsonNode args) {
        JsonNode settings = args.path("set_timesteps");
        List<Double> timesteps = numbers(settings.path("timesteps"));
        List<Double> sigmas = numbers(settings.path("sigmas"));
        int given = Math.max(timesteps.size(), sigmas.size());
        return new Steps(
                args.path("num_inference_steps").asInt(given),
                timesteps,
                sigmas,
                settings.hasNonNull("mu") ? settings.path("mu").asDouble() : null);
    }

    private static List<Double> numbers(JsonNode list) {
        List<Double> numbers = new ArrayList<>();
        list.forEach(each -> numbers.add(each.asDouble()));
        return numbers;
    }

    private static SamplingOptions options(JsonNode step) {
        return new SamplingOptions(
                step.path("eta").asDouble(0),
                step.path("use_clipped_model_output").asBoolean());
    }

    /** The sample before the first step and after each: steps + 1 tensors. */
    private static List<Tensor> trajectory(ParityCase parityCase, Sampling sampling) {
        double[] timesteps = sampling.timesteps();
        List<Tensor> samples = new ArrayList<>();
        Tensor x = parityCase.input("latents").mul(sampling.initNoiseSigma());
        samples.add(x);
        for (int k = 0; k < timesteps.length; k++) {
            Tensor output = sampling.scaleInput(k, x).mul(0.1).add(0.01 * Math.sin(timesteps[k] / 100.0));
            x = sampling.step(k, output, x, sampling.drawsNoise(k) ? parityCase.input("noise." + k) : null);
            samples.add(x);
        }
        return samples;
    }
}
