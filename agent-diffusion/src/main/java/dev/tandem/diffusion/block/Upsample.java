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

    /** As {@link #apply(Tensor)}, to the size that a map had before it was halved. */
    public Tensor apply(Tensor x, long height, long width) {
        if (height == 2 * x.size(2) && width == 2 * x.size(3)) {
            return apply(x);
        }
        return conv.apply(nearest(nearest(x, 2, height), 3, width));
    }

    /** Each of {@code size} pixels along a dimension is the nearest one before. */
    private static Tensor nearest(Tensor x, int dim, long size) {
        long[] places = new long[Math.toIntExact(size)];
        float ratio = (float) x.size(dim) / size;
        for (int i = 0; i < places.length; i++) {
            places[i] = Math.min((long) (i * ratio), x.size(dim) - 1);
        }
        return x.indexSelect(dim, x.engine().tensor(places, size));
    }
}
