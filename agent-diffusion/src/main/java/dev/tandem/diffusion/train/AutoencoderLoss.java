package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.LatentGaussian;
import org.jspecify.annotations.Nullable;

/**
 * What an autoencoder is trained to lower (Rombach et al. 2022, appendix G, without the discriminator):
 *
 * <pre>|x - y| + (x - y)^2 + edges · |grad x - grad y| + divergence · KL(q(z|x) | N(0, 1))</pre>
 *
 * where y decodes latents drawn from q(z|x), and grad takes differences of neighbouring pixels, to the right and below (Mathieu et al.
 * 2016). The first three are means over pixels and channels, the last is a sum over a picture's latents.
 *
 * @param edges weight of the differences of edges; 0 leaves them out
 * @param divergence weight of the pull towards the standard normal distribution
 */
public record AutoencoderLoss(double edges, double divergence) {

    /** Weights that gave sharp edges on composed scenes. */
    public static final AutoencoderLoss DEFAULT = new AutoencoderLoss(1, 1e-6);

    public AutoencoderLoss {
        if (!(edges >= 0) || !(divergence >= 0)) {
            throw new IllegalArgumentException(
                    "weights of a loss must not be negative, got edges " + edges + " and divergence " + divergence);
        }
    }

    /**
     * The parts of a loss, scalars.
     *
     * @param total what is minimised
     * @param absolute mean of |x - y|
     * @param squared mean of (x - y)^2; pictures lie in [-1, 1], so the peak signal-to-noise ratio is 10 log10(4 / squared)
     * @param divergence KL, summed over a picture's latents, averaged over the batch
     */
    public record Parts(Tensor total, Tensor absolute, Tensor squared, Tensor divergence) {}

    /**
     * Encodes, draws, decodes and compares.
     *
     * @param pictures [B, 3, h, w] in [-1, 1]
     * @param noise standard normal, of the latents' shape
     */
    public Parts of(AutoencoderKL autoencoder, Tensor pictures, Tensor noise) {
        return of(autoencoder, pictures, noise, null);
    }

    /**
     * The same with errors weighed pixel by pixel; {@code absolute} and {@code squared} are told without weights.
     *
     * @param weights [B, 1, h, w] with a mean of 1; null for none
     */
    public Parts of(AutoencoderKL autoencoder, Tensor pictures, Tensor noise, @Nullable Tensor weights) {
        LatentGaussian latents = autoencoder.encode(pictures);
        Tensor error = autoencoder.decode(latents.sample(noise)).sub(pictures);
        Tensor absolute = error.abs().mean();
        Tensor squared = error.square().mean();
        Tensor total = weights == null
                ? absolute.add(squared)
                : error.abs().add(error.square()).mul(weights).mean();
        if (edges > 0) {
            total = total.add(
                    differences(weights == null ? error : error.mul(weights)).mul(edges));
        }
        Tensor kl = latents.divergence();
        return new Parts(total.add(kl.mul(divergence)), absolute, squared, kl);
    }

    /** Mean absolute difference of neighbours; that of two pictures' edges is that of their difference. */
    private static Tensor differences(Tensor x) {
        long h = x.size(2);
        long w = x.size(3);
        Tensor right = x.narrow(3, 1, w - 1).sub(x.narrow(3, 0, w - 1));
        Tensor below = x.narrow(2, 1, h - 1).sub(x.narrow(2, 0, h - 1));
        return right.abs().mean().add(below.abs().mean());
    }
}
