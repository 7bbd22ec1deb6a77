package dev.tandem.core.weights;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Where a model takes its tensors from, by checkpoint key: a file, or an initialisation. A model is built by one piece of code
 * whether it is loaded or trained from nothing.
 */
public interface WeightSource {

    /**
     * The tensor of a key, owned by the scope that is current now.
     *
     * @param key full checkpoint key, such as {@code model.norm.weight}
     * @param init how it starts where there is no file
     * @param shape the shape that the model's configuration asks for
     * @throws WeightException if a file lacks the key or holds another shape; the message names file, key and both shapes
     */
    Tensor get(String key, Init init, long... shape);

    /** Whether {@link #get} would find this key; a fresh model has every key. */
    boolean has(String key);

    /**
     * Whether the matrix of a key may be kept in float16 ({@link dev.tandem.core.tensor.PackedMatrix}): it is only read, the file stores it in 16 bits
     * or fewer, and the engine can.
     */
    default boolean packs(String key) {
        return false;
    }

    /**
     * What a LoRA adapter adds to a linear layer, or null where there is none.
     *
     * @param key of the layer, without {@code .weight}
     */
    default @Nullable LowRank adapter(String key, long in, long out) {
        return null;
    }

    /**
     * What a LoRA adapter adds to a table of vectors, or null where there is none.
     *
     * @param key of the table, without {@code .weight}
     */
    default @Nullable LowRank tableAdapter(String key, long rows, long width) {
        return null;
    }

    /**
     * The weight of a layer that shares it with another one, as heads share the table of tokens. An adapter may have parted them.
     *
     * @param key full checkpoint key of the layer's own weight
     * @param other full checkpoint key of the one that it shares
     * @param tensor what was read for {@code other}
     */
    default Tensor shared(String key, String other, Tensor tensor) {
        return tensor;
    }

    /** The same source with {@code prefix + "."} before every key. */
    default WeightSource at(String prefix) {
        WeightSource parent = this;
        return new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                return parent.get(prefix + "." + key, init, shape);
            }

            @Override
            public @Nullable LowRank adapter(String key, long in, long out) {
                return parent.adapter(prefix + "." + key, in, out);
            }

            @Override
            public @Nullable LowRank tableAdapter(String key, long rows, long width) {
                return parent.tableAdapter(prefix + "." + key, rows, width);
            }

            @Override
            public Tensor shared(String key, String other, Tensor tensor) {
                return parent.shared(prefix + "." + key, prefix + "." + other, tensor);
            }

            @Override
            public boolean has(String key) {
                return parent.has(prefix + "." + key);
            }

            @Override
            public boolean packs(String key) {
                return parent.packs(prefix + "." + key);
            }
        };
    }
}
