package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.schedule.Sampling;
import dev.tandem.diffusion.schedule.Scheduler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * From noise to latents, step by step, with classifier-free guidance (Ho and Salimans 2022). Each step has its own tensor scope.
 *
 * @param engine of the tensors
 * @param scheduler gives the sampler
 * @param network takes latents, time steps and conditions, and predicts
 */
record DenoisingLoop(TensorEngine engine, Scheduler scheduler, DynamicBatch network) {

    /**
     * Draws latents.
     *
     * @param conditions of the network: with guidance those of the negative prompts first, then those of the prompts
     * @param noise standard normal, [B, C, h, w]
     * @param settings steps, guidance, noise of the steps
     * @param random draws the noise of the steps, where the sampler adds some
     * @param cancellation asked before each step
     * @param listener hears each finished step
     */
    Tensor run(
            List<Tensor> conditions,
            Tensor noise,
            SamplerSettings settings,
            RandomGenerator random,
            Cancellation cancellation,
            ImageListener listener) {
        try (Sampling run = scheduler.start(settings.steps(), settings.sampling());
                DynamicBatch.Drawing drawing = network.begin()) {
            double[] timesteps = run.timesteps();
            Tensor x = noise.mul(run.initNoiseSigma());
            for (int k = 0; k < timesteps.length; k++) {
                cancellation.check();
                Tensor next;
                try (Scope scope = engine.scope()) {
                    Tensor output = predict(drawing, conditions, run.scaleInput(k, x), timesteps[k], settings);
                    Tensor fresh = run.drawsNoise(k) ? engine.randn(random, x.shape()) : null;
                    next = scope.keep(run.step(k, output, x, fresh));
                }
                x.close();
                x = next;
                listener.onStep(k + 1, timesteps.length);
                if (listener instanceof LatentListener latents) {
                    latents.onLatents(k + 1, timesteps.length, x);
                }
            }
            return x;
        }
    }

    private Tensor predict(
            DynamicBatch.Drawing drawing,
            List<Tensor> conditions,
            Tensor x,
            double timestep,
            SamplerSettings settings) {
        Tensor latents = settings.guided() ? engine.cat(List.of(x, x), 0) : x;
        float[] times = new float[Math.toIntExact(latents.size(0))];
        Arrays.fill(times, (float) timestep);
        List<Tensor> inputs = new ArrayList<>(List.of(latents, engine.tensor(times, times.length)));
        inputs.addAll(conditions);
        Tensor output = drawing.forward(inputs);
        if (!settings.guided()) {
            return output;
        }
        List<Tensor> both = output.chunk(2, 0);
        return both.get(0).add(both.get(1).sub(both.get(0)).mul(settings.guidance()));
    }
}
