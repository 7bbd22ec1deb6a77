package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;

/**
 * What every block is told besides the picture.
 *
 * @param time [B, 4 C], activated time embedding
 * @param context [B, S, D], the text's hidden states
 */
record Conditioning(Tensor time, Tensor context) {}
