package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.ImageTraining;
import dev.tandem.diffusion.schedule.Scheduler;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The denoiser's part of joint training: its loss on pictures under captions that the bridge gives as token vectors. The text encoder is
 * frozen; gradients run through it into those vectors.
 */
public final class JointImageTraining implements ImageTraining {

    private final DiffusionModel model;
    private final DenoisingLoss loss;

    /**
     * Trains the denoiser of a model.
     *
     * @param scheduler adds the noise, and says what the denoiser predicts
     */
    public JointImageTraining(DiffusionModel model, Scheduler scheduler) {
        this.model = model;
        this.loss = new DenoisingLoss(scheduler, 0);
    }

    @Override
    public Map<String, Tensor> parameters() {
        return model.unetParameters();
    }

    @Override
    public Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, RandomGenerator random) {
        long[] timesteps = loss.drawTimesteps(random, Math.toIntExact(latents.size(0)));
        Tensor noise = latents.engine().randn(random, latents.shape());
        return loss(latents, ids, inputsEmbeds, noise, timesteps);
    }

    /**
     * The loss with noise and time steps given.
     *
     * @param noise of the latents' shape
     * @param timesteps one for each of the latents
     */
    public Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, Tensor noise, long[] timesteps) {
        Tensor context = model.text().encode(ids, inputsEmbeds, null).lastHiddenState();
        return loss.of(model.unet(), latents, context, noise, timesteps);
    }

    @Override
    public float[] losses(
            Tensor latents, Tensor ids, Tensor inputsEmbeds, List<Integer> pictures, RandomGenerator random) {
        TensorEngine engine = latents.engine();
        long[] drawn = loss.drawTimesteps(random, Math.toIntExact(latents.size(0)));
        Tensor noise = engine.randn(random, latents.shape());
        long[] own = pictures.stream().mapToLong(Integer::longValue).toArray();
        long[] timesteps = pictures.stream().mapToLong(p -> drawn[p]).toArray();
        try (Scope scope = engine.scope()) {
            return engine.unrecorded(() -> {
                Tensor owners = engine.tensor(own, own.length);
                Tensor context = model.text().encode(ids, inputsEmbeds, null).lastHiddenState();
                return loss.each(
                                model.unet(),
                                latents.indexSelect(0, owners),
                                context,
                                noise.indexSelect(0, owners),
                                timesteps)
                        .toFloatArray();
            });
        }
    }
}
