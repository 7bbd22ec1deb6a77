package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import org.jspecify.annotations.Nullable;

/**
 * The innermost blocks ({@code UNetMidBlock2DCrossAttn}), or the first of them alone ({@code UNetMidBlock2D}).
 *
 * @param first before the transformer
 * @param layer the transformer, over the lowest resolution, and what follows it; null for none
 */
public record MidLevel(ResnetBlock first, @Nullable Attending layer) {

    /**
     * The transformer and what follows it.
     *
     * @param transformer over the lowest resolution
     * @param second after the transformer
     */
    public record Attending(SpatialTransformer transformer, ResnetBlock second) {}

    /** [B, C, h, w] to the same shape. */
    Tensor apply(Tensor x, Conditioning c) {
        Tensor y = c.through(first, x);
        return layer == null ? y : c.through(layer.second(), c.through(layer.transformer(), y));
    }
}
