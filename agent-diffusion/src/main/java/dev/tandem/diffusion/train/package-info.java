/**
 * Training of the diffusion side: the autoencoder, then the denoiser with its text encoder on the latents, then the denoiser's part of
 * joint training. In come pictures, latents and token ids, out go losses for {@link dev.tandem.core.train.Trainer}. Open
 * {@link dev.tandem.diffusion.train.AutoencoderTraining} first, then {@link dev.tandem.diffusion.train.DiffusionTraining}.
 */
@NullMarked
package dev.tandem.diffusion.train;

import org.jspecify.annotations.NullMarked;
