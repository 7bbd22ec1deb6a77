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

/** {@code scheduler.*}: a sampler's whole path, with a known function of sample and time step in the network's place. */
final class SchedulerTrajectory implements ParityKind {

    private final String kind;

    SchedulerTrajectory(String kind) {
        this.kind = kind;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        refuseOthers(args.path("set_timesteps"), List.of());
        refuseOthers(args.path("step"), List.of("eta", "use_clipped_model_output"));
        Scheduler scheduler = SchedulerFile.parse(args.path("config").toString());
        TensorEngine engine = parityCase.engine();
        SamplingOptions options = new SamplingOptions(
                args.path("step").path("eta").asDouble(0),
                args.path("step").path("use_clipped_model_output").asBoolean(false));
        Sampling run = scheduler.start(args.path("num_inference_steps").asInt(), options);
        long[] times = run.timesteps();
        Tensor x = parityCase.input("latents").mul(scheduler.initNoiseSigma());
        List<Tensor> path = new ArrayList<>(List.of(x));
        for (int k = 0; k < times.length; k++) {
            Tensor output = x.mul(0.1).add(0.01 * Math.sin(times[k] / 100.0));
            x = run.step(k, output, x, run.drawsNoise(k) ? parityCase.input("noise." + k) : null);
            path.add(x);
        }
        Tensor sample = parityCase.input("add_noise.sample");
        Tensor noise = parityCase.input("add_noise.noise");
        long[] timesteps = parityCase.input("add_noise.timesteps").toLongArray();
        return Map.of(
                "timesteps", engine.tensor(times, times.length),
                "init_noise_sigma", engine.full(scheduler.initNoiseSigma()),
                "trajectory", engine.stack(path, 0),
                "add_noise", scheduler.addNoise(sample, noise, timesteps),
                "velocity", scheduler.velocity(sample, noise, timesteps));
    }

    private static void refuseOthers(JsonNode settings, List<String> known) {
        settings.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new ParityMismatch("the setting '" + name + "' is not supported");
            }
        });
    }
}
