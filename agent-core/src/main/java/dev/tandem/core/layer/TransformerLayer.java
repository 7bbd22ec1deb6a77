package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a transformer in which norms come before attention and feed-forward, as in CLIP and BLIP.
 *
 * @param norm1 before the attention
 * @param attention of tokens to each other
 * @param norm2 before the feed-forward layer
 * @param in to the inner width
 * @param activation between both
 * @param out from the inner width
 */
public record TransformerLayer(
        LayerNorm norm1, Attention attention, LayerNorm norm2, Linear in, Activation activation, Linear out) {

    /**
     * Applies the layer.
     *
     * @param x [B, S, D]
     * @param mask added to the scores, broadcast to [B, H, S, S]; null for none
     * @param causal hide later positions; not together with a mask
     * @return [B, S, D]
     */
    public Tensor apply(Tensor x, @Nullable Tensor mask, boolean causal) {
        Tensor n = norm1.apply(x);
        Tensor y = x.add(attention.apply(n, n, mask, causal));
        return y.add(out.apply(activation.apply(in.apply(norm2.apply(y)))));
    }
}
