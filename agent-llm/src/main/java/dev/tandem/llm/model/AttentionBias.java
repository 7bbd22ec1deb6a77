package dev.tandem.llm.model;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import org.jspecify.annotations.Nullable;

/**
 * What the attention scores [B, H, T, S] are masked with: S = past + T keys, of which query t sees the real ones up to itself.
 *
 * @param bias added to the scores, [B or 1, 1, T, S]; null for none
 * @param causal the engine's own causal mask, cheaper than a bias; not together with one
 */
record AttentionBias(@Nullable Tensor bias, boolean causal) {

    /**
     * The cheapest mask that is right.
     *
     * @param padding all S = past + T columns, or null where no real token follows padding
     * @param past tokens in the cache
     * @param tokens T
     */
    static AttentionBias of(TensorEngine engine, @Nullable PaddingMask padding, int past, int tokens) {
        return of(engine, padding, past, tokens, Integer.MAX_VALUE);
    }

    /** As {@link #of(TensorEngine, PaddingMask, int, int)} where a token sees only the last {@code window}, itself included. */
    static AttentionBias of(TensorEngine engine, @Nullable PaddingMask padding, int past, int tokens, int window) {
        int columns = past + tokens;
        if (padding == null) {
            if (window >= columns && (past == 0 || tokens == 1)) {
                return new AttentionBias(null, tokens > 1);
            }
            padding = PaddingMask.none(1, columns);
        }
        float[] values = new float[Math.multiplyExact(Math.multiplyExact(padding.rows(), tokens), columns)];
        int at = 0;
        for (int row = 0; row < padding.rows(); row++) {
            for (int t = 0; t < tokens; t++) {
                for (int s = 0; s < columns; s++, at++) {
                    // a padded query sees itself, so that no row of scores is wholly masked and becomes NaN
                    int back = past + t - s;
                    boolean seen = back == 0 || (back > 0 && back < window && padding.real(row, s));
                    values[at] = seen ? 0 : -Float.MAX_VALUE;
                }
            }
        }
        return new AttentionBias(engine.tensor(values, padding.rows(), 1, tokens, columns), false);
    }
}
