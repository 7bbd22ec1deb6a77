package dev.tandem.core.weights;

import dev.tandem.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers every tensor that a model takes from a source, under its key and in the order of the calls: what a trainer trains and
 * a checkpoint saves. A key asked for twice (a tied weight) gives the same tensor.
 */
public final class Parameters implements WeightSource {

    private final WeightSource source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    public Parameters(WeightSource source) {
        this.source = source;
    }

    @Override
    public Tensor get(String key, Init init, long... shape) {
        Tensor known = tensors.get(key);
        if (known == null) {
            known = source.get(key, init, shape);
            tensors.put(key, known);
        }
        return known;
    }

    /** An adapter's tensors are its own. */
    @Override
    public @Nullable LowRank adapter(String key, long in, long out) {
        return source.adapter(key, in, out);
    }

    @Override
    public @Nullable LowRank tableAdapter(String key, long rows, long width) {
        return source.tableAdapter(key, rows, width);
    }

    @Override
    public boolean has(String key) {
        return source.has(key);
    }

    /** Key to tensor, in the order in which the model asked for them. */
    public Map<String, Tensor> asMap() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Number of values in all tensors. */
    public long count() {
        return tensors.values().stream()
                .mapToLong(t -> dev.tandem.core.tensor.Shapes.size(t.shape()))
                .sum();
    }
}
