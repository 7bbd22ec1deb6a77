package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import java.util.List;

/**
 * Feed-forward layer with a GELU gate: {@code W2 (a · gelu(b))}, (a, b) = W1 x (Shazeer 2020, GEGLU).
 *
 * @param in to twice the inner width, values first
 * @param out from the inner width
 */
public record FeedForward(Linear in, Linear out) {

    /** [B, T, D] to the same shape. */
    Tensor apply(Tensor x) {
        List<Tensor> parts = in.apply(x).chunk(2, -1);
        return out.apply(parts.get(0).mul(parts.get(1).gelu()));
    }
}
