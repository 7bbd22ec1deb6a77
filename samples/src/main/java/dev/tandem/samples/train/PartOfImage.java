package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.train.ImageTraining;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The denoiser with some of its weights trained.
 *
 * @param image the denoiser
 * @param parameters those of its weights that are trained; maybe none
 */
record PartOfImage(ImageTraining image, Map<String, Tensor> parameters) implements ImageTraining {

    @Override
    public Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, RandomGenerator random) {
        return image.loss(latents, ids, inputsEmbeds, random);
    }

    @Override
    public float[] losses(
            Tensor latents, Tensor ids, Tensor inputsEmbeds, List<Integer> pictures, RandomGenerator random) {
        return image.losses(latents, ids, inputsEmbeds, pictures, random);
    }
}
