package dev.tandem.diffusion.block;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Residual convolutions with group norm (He et al. 2016; Ho et al. 2020, appendix B), in the order norm, activation, convolution.
 *
 * @param norm1 over the input channels
 * @param conv1 3 x 3, input to output channels
 * @param time from the time embedding to the output channels (twice as many with {@code scaleShift}); null in an autoencoder
 * @param scaleShift whether the time embedding scales and shifts the second norm (Dhariwal and Nichol 2021) instead of being added
 * @param norm2 over the output channels
 * @param conv2 3 x 3, output to output channels
 * @param shortcut 1 x 1, where input and output channels differ
 * @param activation after each norm
 * @param outputScale divides the sum of both branches
 */
public record ResnetBlock(
        GroupNorm norm1,
        Conv2d conv1,
        @Nullable Linear time,
        boolean scaleShift,
        GroupNorm norm2,
        Conv2d conv2,
        @Nullable Conv2d shortcut,
        Activation activation,
        double outputScale) {

    /**
     * Applies the block.
     *
     * @param x [B, in, h, w]
     * @param timeEmbedding [B, D], already activated; null where the block takes none
     * @return [B, out, h, w]
     */
    public Tensor apply(Tensor x, @Nullable Tensor timeEmbedding) {
        Tensor y = conv1.apply(activation.apply(norm1.apply(x)));
        if (time == null || timeEmbedding == null) {
            y = norm2.apply(y);
        } else {
            Tensor shift = time.apply(timeEmbedding).unsqueeze(-1).unsqueeze(-1);
            if (scaleShift) {
                List<Tensor> parts = shift.chunk(2, 1);
                y = norm2.apply(y).mul(parts.get(0).add(1)).add(parts.get(1));
            } else {
                y = norm2.apply(y.add(shift));
            }
        }
        y = conv2.apply(activation.apply(y));
        Tensor sum = (shortcut == null ? x : shortcut.apply(x)).add(y);
        return outputScale == 1 ? sum : sum.div(outputScale);
    }
}
