package dev.tandem.diffusion.pipeline;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.vae.AutoencoderKL;

/** Latents to pictures, the last step of every pipeline. */
final class Pictures {

    private Pictures() {}

    /**
     * Decodes latents of a denoiser, [B, C, h, w], to pictures [B, 3, H, W] in [0, 1].
     *
     * @throws IllegalStateException if they hold values that are no numbers
     */
    static Tensor of(AutoencoderKL autoencoder, Tensor latents) {
        Tensor pictures = autoencoder.decode(autoencoder.fromDiffusion(latents));
        if (!Double.isFinite(pictures.sum().item())) {
            throw new IllegalStateException("the model gave a picture of shape " + Shapes.toString(pictures.shape())
                    + " with values that are no numbers; its weights are damaged, or the guidance is far too high");
        }
        return pictures.mul(0.5).add(0.5).clamp(0, 1);
    }
}
