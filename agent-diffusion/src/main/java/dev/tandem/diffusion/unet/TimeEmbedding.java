package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * Sinusoids of the time step (Vaswani et al. 2017, section 3.5; Ho et al. 2020), through two linear layers.
 *
 * @param frequencies [D / 2]
 * @param width D; an odd one ends in a zero
 * @param cosineFirst whether cosines come before sines ({@code flip_sin_to_cos})
 * @param linear1 D to the embedding's width
 * @param activation between the layers
 * @param linear2 embedding's width to itself
 * @param last after them, one after the other
 */
public record TimeEmbedding(
        Tensor frequencies,
        int width,
        boolean cosineFirst,
        Linear linear1,
        Activation activation,
        Linear linear2,
        List<Activation> last) {

    private static final double MAX_PERIOD = 10_000;

    /** {@code exp(-ln 10000 · i / (D/2 - shift))} for i from 0 to D/2, owned by the current scope. */
    public static Tensor frequencies(TensorEngine engine, int width, double shift) {
        int half = width / 2;
        if (half - shift <= 0) {
            throw new IllegalArgumentException(
                    "freq_shift " + shift + " leaves no frequencies for a width of " + width);
        }
        float[] values = new float[half];
        for (int i = 0; i < half; i++) {
            values[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / (half - shift));
        }
        return engine.tensor(values, half);
    }

    /** Time steps [B] to [B, embedding's width]. */
    Tensor apply(Tensor timesteps) {
        TensorEngine engine = timesteps.engine();
        Tensor angles = timesteps.to(DType.FLOAT32).unsqueeze(1).mul(frequencies);
        List<Tensor> parts = new ArrayList<>();
        parts.add(cosineFirst ? angles.cos() : angles.sin());
        parts.add(cosineFirst ? angles.sin() : angles.cos());
        if (width % 2 == 1) {
            parts.add(engine.zeros(DType.FLOAT32, timesteps.size(0), 1));
        }
        Tensor embedding = linear2.apply(activation.apply(linear1.apply(engine.cat(parts, 1))));
        for (Activation each : last) {
            embedding = each.apply(embedding);
        }
        return embedding;
    }
}
