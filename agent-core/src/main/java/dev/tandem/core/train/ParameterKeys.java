package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names of the parameters of several networks that are trained, saved and restored as one map. */
public final class ParameterKeys {

    private ParameterKeys() {}

    /** The same parameters, in the same order, with the prefix before each key. */
    public static Map<String, Tensor> prefixed(String prefix, Map<String, Tensor> parameters) {
        Map<String, Tensor> map = new LinkedHashMap<>();
        parameters.forEach((key, tensor) -> map.put(prefix + key, tensor));
        return map;
    }

    /** The parameters whose key begins with the prefix, without it: the inverse of {@link #prefixed}. */
    public static Map<String, Tensor> under(String prefix, Map<String, Tensor> parameters) {
        Map<String, Tensor> map = new LinkedHashMap<>();
        parameters.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                map.put(key.substring(prefix.length()), tensor);
            }
        });
        return map;
    }
}
