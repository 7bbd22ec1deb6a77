package dev.tandem.llm.decode;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.KvCache;
import dev.tandem.llm.model.PaddingMask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A batch of sequences under way: feeds tokens, gives the logits that follow. Its native memory is the cache and nothing else. */
final class Decoder implements AutoCloseable {

    private final CausalLm model;
    private final KvCache cache;
    private int rows;

    Decoder(CausalLm model, int maxTokens) {
        this.model = model;
        this.cache = model.newCache(maxTokens);
    }

    /**
     * Reads the prompts in one pass.
     *
     * @param prompts rows of equal length
     * @param padding which tokens are real, or null for all
     * @return the logits [V] that follow each row
     */
    float[][] prompt(int[][] prompts, @Nullable PaddingMask padding) {
        rows = prompts.length;
        long[] ids = Arrays.stream(prompts)
                .flatMapToInt(Arrays::stream)
                .asLongStream()
                .toArray();
        return feed(ids, prompts[0].length, padding);
    }

    /** Feeds one token for each row; gives the logits [V] that follow. */
    float[][] next(int[] tokens) {
        return feed(Arrays.stream(tokens).asLongStream().toArray(), 1, null);
    }

    /** Makes row i what row {@code from[i]} was. */
    void reorder(int[] from) {
        try (Scope step = model.engine().scope()) {
            cache.reorder(from);
        }
        rows = from.length;
    }

    private float[][] feed(long[] ids, int columns, @Nullable PaddingMask padding) {
        TensorEngine engine = model.engine();
        try (Scope step = engine.scope()) {
            Tensor hidden = model.hidden(engine.tensor(ids, rows, columns), padding, cache);
            float[] logits = model.head(hidden.narrow(1, columns - 1, 1)).toFloatArray(); // [B, 1, V]
            float[][] byRow = new float[rows][];
            int vocabulary = logits.length / rows;
            for (int row = 0; row < rows; row++) {
                byRow[row] = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
            }
            return byRow;
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
