package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.Upsample;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One resolution on the way up ({@code UpBlock2D}, {@code CrossAttnUpBlock2D}).
 *
 * @param layers one after the other; each takes one result of the way down beside its input
 * @param up to the next resolution; null in the last
 */
public record UpLevel(List<Layer> layers, @Nullable Upsample up) {

    /** Applies the level, taking its inputs off the stack. */
    Tensor apply(Tensor x, Conditioning c, Deque<Tensor> skips) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.apply(x.engine().cat(List.of(y, skips.pop()), 1), c);
        }
        if (up == null) {
            return y;
        }
        Tensor next = skips.element();
        return y.engine().checkpointed(List.of(y), in -> up.apply(in.get(0), next.size(2), next.size(3)));
    }
}
