package dev.tandem.diffusion.block;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.tensor.Tensor;

/**
 * Halves height and width by a convolution of stride 2. With padding 0 one row and one column of zeros are added below and to the right,
 * as the autoencoders of Stable Diffusion were trained.
 *
 * @param conv 3 x 3, stride 2
 */
public record Downsample(Conv2d conv) {

    /** [B, C, h, w] to [B, C, h/2, w/2], rounded up. */
    public Tensor apply(Tensor x) {
        return conv.apply(conv.padding() == 0 ? x.pad2d(0, 1, 0, 1) : x);
    }
}
