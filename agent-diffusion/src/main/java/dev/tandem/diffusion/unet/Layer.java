package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import org.jspecify.annotations.Nullable;

/**
 * A residual block and, where the level looks at the text, a transformer.
 *
 * @param block first
 * @param transformer second; null where the level has none
 */
public record Layer(ResnetBlock block, @Nullable SpatialTransformer transformer) {

    /** [B, in, h, w] to [B, out, h, w]. */
    Tensor apply(Tensor x, Conditioning c) {
        Tensor y = c.through(block, x);
        return transformer == null ? y : c.through(transformer, y);
    }
}
