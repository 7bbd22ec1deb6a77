package dev.tandem.diffusion.pipeline;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.vae.AutoencoderKL;

/** Sizes of pictures, and latents to pictures: what every pipeline does alike. */
final class Pictures {

    private Pictures() {}

    /**
     * Checks a size in pixels.
     *
     * @throws IllegalArgumentException if a side is no multiple of a step
     */
    static void checkSides(int height, int width, int step) {
        if (height < step || width < step || height % step != 0 || width % step != 0) {
            throw new IllegalArgumentException("this model draws pictures whose sides are multiples of " + step
                    + " pixels, not " + width + " x " + height);
        }
    }

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
