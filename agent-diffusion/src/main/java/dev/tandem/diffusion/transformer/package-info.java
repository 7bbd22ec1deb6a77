/**
 * Denoisers that are transformers: noisy latents, a time and conditioning go in, the prediction for the latents goes out. Open
 * {@link dev.tandem.diffusion.transformer.SD3Transformer2D} first.
 */
@NullMarked
package dev.tandem.diffusion.transformer;

import org.jspecify.annotations.NullMarked;
