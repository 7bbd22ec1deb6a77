package dev.tandem.llm.model;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the tokens that a batch has seen, so that each step of a generation computes one token only.
 *
 * <p>Buffers [B, H_kv, capacity, headDim], two for each layer, grow by doubling up to a bound, belong to a scope of their own and
 * are freed by {@link #close()}. One cache serves one generation on one thread.
 */
public final class KvCache implements AutoCloseable {

    private static final int FIRST_CAPACITY = 64;

    private final TensorEngine engine;
    private final Scope scope;
    private final int maxTokens;
    private final @Nullable Tensor[] keys;
    private final @Nullable Tensor[] values;
    private @Nullable PaddingMask padding;
    private int @Nullable [] origins;
    private int length;
    private int longestRow;
    private int pending;

    /**
     * An empty cache.
     *
     * @param layers decoder layers of the model
     * @param maxTokens the bound; a longer sequence is refused
     */
    public KvCache(TensorEngine engine, int layers, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("a cache holds at least one token, got a bound of " + maxTokens);
        }
        this.engine = engine;
        this.maxTokens = maxTokens;
        this.keys = new Tensor[layers];
        this.values = new Tensor[layers];
        this.scope = engine.scope().detach();
    }

    /** Tokens in the cache, padding included. */
    public int length() {
        return length;
    }

    /** Forgets all tokens past the first {@code tokens}. */
    public void truncate(int tokens) {
        if (tokens < 0 || tokens > length) {
            throw new IllegalArgumentException("the cache holds " + length + " tokens and can't keep " + tokens);
        }
        length = tokens;
        if (padding != null) {
            throw new IllegalStateException("a batch with left padding can't be truncated");
        }
    }

    /** Makes row i of the cache what row {@code rows[i]} was; rows may repeat, so that a batch can widen to beams. */
    public void reorder(int[] rows) {
        long[] indices = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            indices[i] = rows[i];
        }
        Tensor index = engine.tensor(indices, rows.length);
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = reordered(keys[layer], index);
            values[layer] = reordered(values[layer], index);
        }
        if (padding != null) {
            padding = padding.select(rows);
        }
        int[] before = origins;
        origins = before == null
                ? rows.clone()
                : Arrays.stream(rows).map(row -> before[row]).toArray();
    }

    /** For each row, which row of the first tokens it goes back to; null while none was moved. */
    int @Nullable [] origins() {
        return origins == null ? null : origins.clone();
    }

    private @Nullable Tensor reordered(@Nullable Tensor buffer, Tensor index) {
        return buffer == null ? null : replace(buffer, buffer.indexSelect(0, index));
    }

    /**
     * Begins a step; gives what masks its scores.
     *
     * @param ids int64 [B, T]
     * @param given which of them are real, or null for all; only the first step may have padding
     */
    AttentionBias begin(Tensor ids, @Nullable PaddingMask given) {
        PaddingMask first = PaddingMask.needed(ids, given);
        int tokens = Math.toIntExact(ids.size(1));
        if (length + (long) tokens > maxTokens) {
            throw new IllegalArgumentException(
                    "the sequence of " + (length + (long) tokens) + " tokens is longer than the cache's bound of "
                            + maxTokens + "; shorten the prompt or ask for fewer new tokens");
        }
        if (first != null) {
            if (length > 0) {
                throw new IllegalStateException("padding is given with the first tokens of a cache");
            }
            padding = first;
            longestRow = first.longestRow();
        } else if (padding != null) {
            padding = padding.extended(tokens);
            longestRow += tokens;
        }
        pending = tokens;
        return AttentionBias.of(engine, padding, length, tokens);
    }

    /** What masks the scores of layers in which a token sees only the last {@code window}. */
    AttentionBias windowed(int window) {
        return AttentionBias.of(engine, padding, length, pending, window);
    }

    /** Rotary angles of the step's tokens; rows that are padded on the left count from their first real token. */
    Rope.Angles angles(Rope rope) {
        // the longest row may have left the batch (reorder), but the reference would still count it
        return padding == null
                ? rope.at(length, pending)
                : rope.at(padding.positions(pending), padding.rows(), longestRow);
    }

    /** Positions of the step's tokens, int64 [B or 1, T], counted as in {@link #angles}. */
    Tensor positions() {
        return padding == null
                ? engine.arange(length, length + (long) pending).unsqueeze(0)
                : engine.tensor(padding.positions(pending), padding.rows(), pending);
    }

    /** Ends a step: its tokens are part of the past. */
    void end() {
        length += pending;
        pending = 0;
    }

    /** Stores keys [B, H_kv, T, headDim] of the step and gives those of all tokens, [B, H_kv, S, headDim]. */
    Tensor keys(int layer, Tensor k) {
        return append(keys, layer, k);
    }

    /** Stores values [B, H_kv, T, headDim] of the step and gives those of all tokens, [B, H_kv, S, headDim]. */
    Tensor values(int layer, Tensor v) {
        return append(values, layer, v);
    }

    private Tensor append(@Nullable Tensor[] buffers, int layer, Tensor x) {
        int end = length + pending;
        Tensor buffer = buffers[layer];
        if (buffer == null) {
            buffer = scope.adopt(empty(x, Math.max(FIRST_CAPACITY, end + FIRST_CAPACITY / 2)));
        } else if (buffer.size(2) < end) {
            int capacity = Math.toIntExact(buffer.size(2));
            buffer = replace(buffer, engine.cat(List.of(buffer, empty(x, Math.max(capacity, end - capacity))), 2));
        }
        buffers[layer] = buffer;
        return buffer.write(2, length, x);
    }

    private Tensor empty(Tensor like, int tokens) {
        long[] shape = like.shape();
        return engine.zeros(like.dtype(), shape[0], shape[1], tokens, shape[3]);
    }

    private Tensor replace(Tensor old, Tensor replacement) {
        Tensor adopted = scope.adopt(replacement);
        old.close();
        return adopted;
    }

    @Override
    public void close() {
        scope.close();
    }
}
