package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * What a step gives back: {@code Losses.of(loss, 32).with("loss_t", lossT).with("tau", 0.5)}.
 *
 * @param loss a scalar to minimise, recorded on the open tape
 * @param samples examples in the batch, for the speed in the log
 * @param metrics name to value; read only when the step is logged, inside the step's scope
 */
public record Losses(Tensor loss, int samples, Map<String, DoubleSupplier> metrics) {

    public Losses {
        if (loss.rank() > 1 || (loss.rank() == 1 && loss.size(0) != 1)) {
            throw new IllegalArgumentException("a loss is one number, got a tensor of shape "
                    + java.util.Arrays.toString(loss.shape()) + "; take its mean");
        }
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    public static Losses of(Tensor loss, int samples) {
        return new Losses(loss, samples, Map.of());
    }

    /** The same with one more metric, a tensor with one element. */
    public Losses with(String name, Tensor value) {
        return with(name, value.detach()::item);
    }

    /** The same with one more metric. */
    public Losses with(String name, double value) {
        return with(name, () -> value);
    }

    private Losses with(String name, DoubleSupplier value) {
        Map<String, DoubleSupplier> more = new LinkedHashMap<>(metrics);
        more.put(name, value);
        return new Losses(loss, samples, more);
    }
}
