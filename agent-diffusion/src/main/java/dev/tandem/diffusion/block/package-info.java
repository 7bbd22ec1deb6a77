/**
 * The blocks that the networks of this module share: residual convolutions, attention, changes of resolution. Pictures and latents go in
 * and out as [B, C, h, w], sequences as [B, T, D]. Open {@link dev.tandem.diffusion.block.ResnetBlock} first.
 */
@NullMarked
package dev.tandem.diffusion.block;

import org.jspecify.annotations.NullMarked;
