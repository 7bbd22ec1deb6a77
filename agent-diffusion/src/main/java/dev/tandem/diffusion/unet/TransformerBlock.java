package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;

/**
 * Attention among the pixels, attention from the pixels to the text, feed-forward, each added to its input (Rombach et al. 2022, section
 * 3.3).
 *
 * @param norm1 before the first attention
 * @param pixels among the pixels, or with {@code onlyCross} to the text
 * @param onlyCross whether the first attention looks at the text too
 * @param norm2 before the second attention
 * @param text to the text
 * @param norm3 before the feed-forward layer
 * @param feedForward last
 */
public record TransformerBlock(
        LayerNorm norm1,
        Attention pixels,
        boolean onlyCross,
        LayerNorm norm2,
        Attention text,
        LayerNorm norm3,
        FeedForward feedForward) {

    /**
     * Applies the block.
     *
     * @param x [B, h w, D]
     * @param context [B, S, width of the text]
     * @return [B, h w, D]
     */
    Tensor apply(Tensor x, Tensor context) {
        try (Scope scope = x.engine().scope()) {
            Tensor n = norm1.apply(x);
            Tensor y = x.add(pixels.apply(n, onlyCross ? context : n, null, false));
            y = y.add(text.apply(norm2.apply(y), context, null, false));
            return scope.keep(y.add(feedForward.apply(norm3.apply(y))));
        }
    }
}
