/**
 * The denoising network of Stable Diffusion 1 and 2: noisy latents [B, C, h, w], time steps [B] and the text's hidden states [B, S, D] go
 * in, a prediction of the latents' shape comes out. Open {@link dev.tandem.diffusion.unet.UNet2DCondition} first.
 */
@NullMarked
package dev.tandem.diffusion.unet;

import org.jspecify.annotations.NullMarked;
