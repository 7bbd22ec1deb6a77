package dev.tandem.core.train;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a step gives back: {@code Losses.of(loss, 32).with("loss_t", lossT).with("tau", 0.5)}.
 *
 * @param loss a scalar to minimise, recorded on the open tape
 * @param samples examples in the batch, for the speed in the log
 * @param tokens tokens of text in the batch, without padding; 0 where there is no text or it is not counted
 * @param images pictures in the batch; 0 where there are none
 * @param metrics name to value; read only when the step is logged, inside the step's scope
 * @param backward takes the gradients; null to take those of the loss
 */
public record Losses(
        Tensor loss,
        int samples,
        long tokens,
        long images,
        Map<String, DoubleSupplier> metrics,
        @Nullable Backward backward) {

    /** Takes the gradients of a step's loss in a way of its own. */
    @FunctionalInterface
    public interface Backward {

        /**
         * Takes the gradients.
         *
         * @param tape on which the step was made
         * @param scale multiplies the loss
         */
        void run(GradientTape tape, double scale);
    }

    public Losses {
        if (loss.rank() > 1 || (loss.rank() == 1 && loss.size(0) != 1)) {
            throw new IllegalArgumentException("a loss is one number, got a tensor of shape "
                    + java.util.Arrays.toString(loss.shape()) + "; take its mean");
        }
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    public static Losses of(Tensor loss, int samples) {
        return new Losses(loss, samples, 0, 0, Map.of(), null);
    }

    /** The same, saying how many tokens and pictures the batch holds. */
    public Losses counting(long tokenCount, long imageCount) {
        return new Losses(loss, samples, tokenCount, imageCount, metrics, backward);
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
        return new Losses(loss, samples, tokens, images, more, backward);
    }

    /** The same with gradients that are taken in another way than from the loss. */
    public Losses withBackward(Backward value) {
        return new Losses(loss, samples, tokens, images, metrics, value);
    }

    /** Takes the gradients of {@code scale} times the loss. */
    public void backward(GradientTape tape, double scale) {
        if (backward != null) {
            backward.run(tape, scale);
        } else {
            tape.backward(scale == 1 ? loss : loss.mul(scale));
        }
    }
}
