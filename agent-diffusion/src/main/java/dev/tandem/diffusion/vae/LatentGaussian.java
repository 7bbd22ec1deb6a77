package dev.tandem.diffusion.vae;

import dev.tandem.core.tensor.Tensor;

/**
 * What the encoder says about a picture's latents: independent normal values.
 *
 * @param mean [B, C, h, w]
 * @param logvar logarithm of the variance, [B, C, h, w], within -30 and 20
 */
public record LatentGaussian(Tensor mean, Tensor logvar) {

    /**
     * Draws latents (the reparametrisation of Kingma and Welling 2014, equation 10).
     *
     * @param noise standard normal, of the mean's shape
     */
    public Tensor sample(Tensor noise) {
        return mean.add(logvar.mul(0.5).exp().mul(noise));
    }

    /**
     * Divergence from the standard normal distribution (Kingma and Welling 2014, appendix B), summed over a picture's latents and averaged
     * over the batch: a scalar.
     */
    public Tensor divergence() {
        Tensor each = mean.square().add(logvar.exp()).sub(logvar).sub(1);
        return each.sum().mul(0.5 / mean.size(0));
    }
}
