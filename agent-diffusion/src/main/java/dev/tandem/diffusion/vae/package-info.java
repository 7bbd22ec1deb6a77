/**
 * The autoencoder: pictures [B, 3, h, w] in [-1, 1] to a Gaussian over latents [B, C, h/8, w/8] and back. Open
 * {@link dev.tandem.diffusion.vae.AutoencoderKL} first.
 */
@NullMarked
package dev.tandem.diffusion.vae;

import org.jspecify.annotations.NullMarked;
