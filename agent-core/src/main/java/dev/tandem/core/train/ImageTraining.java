package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The diffusion model's part of a joint step: L_v. Its autoencoder and text encoder are frozen. */
public interface ImageTraining {

    /** What is trained, by checkpoint key. */
    Map<String, Tensor> parameters();

    /**
     * The diffusion loss of pictures under their captions.
     *
     * @param latents [P, C, h, w], scaled as the denoiser sees them
     * @param ids int64 [P, S]
     * @param inputsEmbeds [P, S, d], token embeddings before positions are added; gradients flow into them
     * @param random draws noise and time steps
     * @return a scalar on the open tape
     */
    Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, RandomGenerator random);
}
