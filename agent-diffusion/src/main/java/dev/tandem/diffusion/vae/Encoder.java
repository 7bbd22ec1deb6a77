package dev.tandem.diffusion.vae;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.Downsample;
import dev.tandem.diffusion.block.ResnetBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picture to the parameters of its latents.
 *
 * @param in 3 x 3, picture to the first resolution's channels
 * @param levels one for each resolution
 * @param mid at the last resolution
 * @param norm before the last convolution
 * @param activation after that norm
 * @param out 3 x 3, to mean and log variance
 */
public record Encoder(Conv2d in, List<Level> levels, MidBlock mid, GroupNorm norm, Activation activation, Conv2d out) {

    /**
     * One resolution.
     *
     * @param blocks applied one after the other
     * @param down to the next resolution; null in the last
     */
    public record Level(List<ResnetBlock> blocks, @Nullable Downsample down) {

        Tensor apply(Tensor x) {
            Tensor y = x;
            for (ResnetBlock block : blocks) {
                y = block.apply(y, null);
            }
            return down == null ? y : down.apply(y);
        }
    }

    /** [B, 3, h, w] to [B, 2 C, h', w']. */
    Tensor apply(Tensor picture) {
        Tensor x = in.apply(picture);
        for (Level level : levels) {
            x = level.apply(x);
        }
        return out.apply(activation.apply(norm.apply(mid.apply(x))));
    }
}
