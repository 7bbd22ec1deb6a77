package dev.tandem.diffusion.vae;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import dev.tandem.diffusion.block.SpatialAttention;
import org.jspecify.annotations.Nullable;

/**
 * The middle of encoder and decoder, at the latents' resolution.
 *
 * @param first before the attention
 * @param attention null where the configuration leaves it out
 * @param second after the attention
 */
public record MidBlock(ResnetBlock first, @Nullable SpatialAttention attention, ResnetBlock second) {

    /** [B, C, h, w] to the same shape. */
    public Tensor apply(Tensor x) {
        Tensor y = first.apply(x, null);
        return second.apply(attention == null ? y : attention.apply(y), null);
    }
}
