package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;

/**
 * A table of vectors looked up by id.
 *
 * @param weight [V, D]
 */
public record Embedding(Tensor weight) {

    /** Reads {@code key.weight}. */
    public static Embedding load(WeightSource weights, String key, long rows, long width, Init init) {
        return new Embedding(weights.get(key + ".weight", init, rows, width));
    }

    /** int64 ids of any shape to ids' shape + [D]. */
    public Tensor apply(Tensor ids) {
        return weight.embedding(ids);
    }
}
