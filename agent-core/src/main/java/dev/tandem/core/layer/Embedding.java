package dev.tandem.core.layer;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LowRank;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.Nullable;

/**
 * A table of vectors looked up by id, and what an adapter adds.
 *
 * @param weight [V, D]; float16 where it is only read, and then what is looked up becomes float32
 * @param adapter LoRA's part, or null
 */
public record Embedding(Tensor weight, @Nullable LowRank adapter) {

    /** Reads {@code key.weight}. */
    public static Embedding load(WeightSource weights, String key, long rows, long width, Init init) {
        return new Embedding(weights.get(key + ".weight", init, rows, width), weights.tableAdapter(key, rows, width));
    }

    /**
     * Reads {@code key.weight}, and makes it a language model's head as well: embeddings that are tied. An adapter may part them.
     *
     * @param head key of the head, without {@code .weight}, which only an adapter knows
     */
    public static Tied loadTied(WeightSource weights, String key, String head, long rows, long width, Init init) {
        return loadTied(weights, key, head, rows, width, rows, init);
    }

    /**
     * Reads a table whose first rows are a language model's head as well.
     *
     * @param head key of the head, without {@code .weight}, which only an adapter knows
     * @param headRows how many rows
     */
    public static Tied loadTied(
            WeightSource weights, String key, String head, long rows, long width, long headRows, Init init) {
        String own = key + ".weight";
        Tensor weight = weights.get(own, init, rows, width);
        Tensor last = weights.shared(head + ".weight", own, weight);
        if (last != weight || !weights.packs(own)) {
            return new Tied(
                    new Embedding(weight, weights.tableAdapter(key, rows, width)),
                    new Linear.Dense(first(last, headRows), null, weights.adapter(head, width, headRows)));
        }
        Linear packed = new Linear.Packed(weight.engine().pack(first(weight, headRows)), null);
        Embedding table = new Embedding(weight.to(DType.FLOAT16), null);
        weight.close();
        return new Tied(table, packed);
    }

    private static Tensor first(Tensor table, long rows) {
        return rows == table.size(0) ? table : table.narrow(0, 0, rows).contiguous();
    }

    /**
     * A table that is looked up on the way in and multiplied with on the way out.
     *
     * @param table ids to vectors
     * @param head vectors to scores
     */
    public record Tied(Embedding table, Linear head) {}

    /** int64 ids of any shape to ids' shape + [D]. */
    public Tensor apply(Tensor ids) {
        if (adapter != null) {
            return adapter.lookUp(ids, weight);
        }
        Tensor vectors = weight.embedding(ids);
        return vectors.dtype() == DType.FLOAT16 ? vectors.to(DType.FLOAT32) : vectors;
    }
}
