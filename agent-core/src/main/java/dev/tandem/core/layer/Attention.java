package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2).
 *
 * @param query [H D, width]
 * @param key [H D, width of the context]
 * @param value [H D, width of the context]
 * @param out [width, H D]
 * @param heads H
 */
public record Attention(Linear query, Linear key, Linear value, Linear out, int heads) {

    public Attention {
        if (heads < 1 || query.out() % heads != 0) {
            throw new IllegalArgumentException(
                    query.out() + " channels do not divide into " + heads + " attention heads");
        }
    }

    /**
     * Attends from x to a context, or to itself.
     *
     * @param x [B, T, width]
     * @param context [B, S, width of the context]; x for self-attention
     * @param mask added to the scores, broadcast to [B, H, T, S]; null for none
     * @param causal hide later positions; not together with a mask
     * @return [B, T, width]
     */
    public Tensor apply(Tensor x, Tensor context, @Nullable Tensor mask, boolean causal) {
        Tensor y = split(query.apply(x))
                .scaledDotProductAttention(split(key.apply(context)), split(value.apply(context)), mask, causal);
        return out.apply(y.transpose(1, 2).reshape(x.size(0), x.size(1), -1));
    }

    /** [B, T, H D] to [B, H, T, D]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }
}
