package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.Nullable;

/**
 * 2-D convolution with zero padding.
 *
 * @param weight [out, in, kernel, kernel]
 * @param bias [out], or null
 * @param stride step in both directions
 * @param padding zeros on each side
 */
public record Conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding) {

    /** Reads {@code key.weight} and {@code key.bias}; stride 1, padding that keeps the size. */
    public static Conv2d load(WeightSource weights, String key, long in, long out, int kernel) {
        return load(weights, key, in, out, kernel, 1, kernel / 2, Init.uniform(in * kernel * kernel));
    }

    /** Reads {@code key.weight} and {@code key.bias}. */
    public static Conv2d load(
            WeightSource weights, String key, long in, long out, int kernel, int stride, int padding, Init init) {
        Tensor weight = weights.get(key + ".weight", init, out, in, kernel, kernel);
        return new Conv2d(weight, weights.get(key + ".bias", Init.zeros(), out), stride, padding);
    }

    /** [B, in, h, w] to [B, out, h', w']. */
    public Tensor apply(Tensor x) {
        return x.conv2d(weight, bias, stride, padding);
    }
}
