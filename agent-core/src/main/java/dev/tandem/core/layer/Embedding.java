package dev.tandem.core.layer;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;

/**
 * A table of vectors looked up by id.
 *
 * @param weight [V, D]; float16 where it is only read, and then what is looked up becomes float32
 */
public record Embedding(Tensor weight) {

    /** Reads {@code key.weight}. */
    public static Embedding load(WeightSource weights, String key, long rows, long width, Init init) {
        return new Embedding(weights.get(key + ".weight", init, rows, width));
    }

    /**
     * Reads {@code key.weight}, and makes it a language model's head as well: embeddings that are tied.
     *
     * @return D to V
     */
    public static Tied loadTied(WeightSource weights, String key, long rows, long width, Init init) {
        Tensor weight = weights.get(key + ".weight", init, rows, width);
        if (!weights.packs(key + ".weight")) {
            return new Tied(new Embedding(weight), Linear.of(weight, null));
        }
        Linear head = new Linear.Packed(weight.engine().pack(weight), null, null);
        Embedding table = new Embedding(weight.to(DType.FLOAT16));
        weight.close();
        return new Tied(table, head);
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
        Tensor vectors = weight.embedding(ids);
        return vectors.dtype() == DType.FLOAT16 ? vectors.to(DType.FLOAT32) : vectors;
    }
}
