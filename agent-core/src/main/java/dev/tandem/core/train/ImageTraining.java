package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import java.util.List;
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

    /**
     * The losses of captions that pictures could have had, without gradients. Noise and time step are drawn once for each picture and are
     * the same for all of its captions.
     *
     * @param latents [P, C, h, w]
     * @param ids int64 [A, S]
     * @param inputsEmbeds [A, S, d]
     * @param pictures for each of the A captions, which of the P pictures it is for
     * @return A losses
     */
    float[] losses(Tensor latents, Tensor ids, Tensor inputsEmbeds, List<Integer> pictures, RandomGenerator random);
}
