package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.Downsample;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One resolution on the way down ({@code DownBlock2D}, {@code CrossAttnDownBlock2D}).
 *
 * @param layers one after the other
 * @param down to the next resolution; null in the last
 */
public record DownLevel(List<Layer> layers, @Nullable Downsample down) {

    /** Applies the level, leaving each result on the stack for the way up. */
    Tensor apply(Tensor x, Conditioning c, Deque<Tensor> skips) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.apply(y, c);
            skips.push(y);
        }
        if (down != null) {
            y = y.engine().checkpointed(List.of(y), in -> down.apply(in.get(0)));
            skips.push(y);
        }
        return y;
    }
}
