package dev.tandem.diffusion.block;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.tensor.Tensor;

/**
 * Doubles height and width by repeating pixels, then convolves.
 *
 * @param conv 3 x 3
 */
public record Upsample(Conv2d conv) {

    /** [B, C, h, w] to [B, C, 2h, 2w]. */
    public Tensor apply(Tensor x) {
        return conv.apply(x.upsampleNearest(2));
    }

    /**
     * As {@link #apply(Tensor)}, to the size that a map had before it was halved: where that was odd, the last row or column is left out.
     */
    public Tensor apply(Tensor x, long height, long width) {
        Tensor y = x.upsampleNearest(2);
        if (y.size(2) != height) {
            y = y.narrow(2, 0, height);
        }
        if (y.size(3) != width) {
            y = y.narrow(3, 0, width);
        }
        return conv.apply(y);
    }
}
