package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;

/**
 * The innermost blocks ({@code UNetMidBlock2DCrossAttn}).
 *
 * @param first before the transformer
 * @param transformer over the lowest resolution
 * @param second after the transformer
 */
public record MidLevel(ResnetBlock first, SpatialTransformer transformer, ResnetBlock second) {

    /** [B, C, h, w] to the same shape. */
    Tensor apply(Tensor x, Conditioning c) {
        return second.apply(transformer.apply(first.apply(x, c.time()), c.context()), c.time());
    }
}
