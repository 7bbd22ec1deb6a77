package dev.tandem.diffusion.vae;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import dev.tandem.diffusion.block.Upsample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Latents to picture.
 *
 * @param in 3 x 3, latents to the last resolution's channels
 * @param mid at the latents' resolution
 * @param levels one for each resolution, from the latents' to the picture's
 * @param norm before the last convolution
 * @param activation after that norm
 * @param out 3 x 3, to the picture
 */
public record Decoder(Conv2d in, MidBlock mid, List<Level> levels, GroupNorm norm, Activation activation, Conv2d out) {

    /**
     * One resolution.
     *
     * @param blocks applied one after the other
     * @param up to the next resolution; null in the last
     */
    public record Level(List<ResnetBlock> blocks, @Nullable Upsample up) {

        Tensor apply(Tensor x) {
            Tensor y = x;
            for (ResnetBlock block : blocks) {
                y = block.apply(y, null);
            }
            return up == null ? y : up.apply(y);
        }
    }

    /** [B, C, h', w'] to [B, 3, h, w]. */
    Tensor apply(Tensor latents) {
        Tensor x = mid.apply(in.apply(latents));
        for (Level level : levels) {
            x = level.apply(x);
        }
        return out.apply(activation.apply(norm.apply(x)));
    }
}
