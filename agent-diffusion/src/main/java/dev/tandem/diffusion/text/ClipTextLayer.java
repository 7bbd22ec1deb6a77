package dev.tandem.diffusion.text;

import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.Activation;
import dev.tandem.diffusion.block.Attention;
import org.jspecify.annotations.Nullable;

/**
 * One layer of the text encoder: norms come before attention and feed-forward.
 *
 * @param norm1 before the attention
 * @param attention each token to itself and those before it
 * @param norm2 before the feed-forward layer
 * @param in to the inner width
 * @param activation between both
 * @param out from the inner width
 */
public record ClipTextLayer(
        LayerNorm norm1, Attention attention, LayerNorm norm2, Linear in, Activation activation, Linear out) {

    /**
     * Applies the layer.
     *
     * @param x [B, S, D]
     * @param mask [B, 1, S, S], added to the scores; null for the causal one alone
     * @return [B, S, D]
     */
    Tensor apply(Tensor x, @Nullable Tensor mask) {
        Tensor n = norm1.apply(x);
        Tensor y = x.add(attention.apply(n, n, mask, mask == null));
        return y.add(out.apply(activation.apply(in.apply(norm2.apply(y)))));
    }
}
