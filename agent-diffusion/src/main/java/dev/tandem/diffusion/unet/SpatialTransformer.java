package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.SpatialAttention;
import java.util.List;

/**
 * Transformer blocks over the pixels of a feature map, added to it.
 *
 * @param norm over the channels
 * @param in projection before the blocks
 * @param blocks one after the other
 * @param out projection after the blocks
 */
public record SpatialTransformer(GroupNorm norm, Projection in, List<TransformerBlock> blocks, Projection out) {

    /** How a map becomes a sequence: Stable Diffusion 1 convolves by 1 x 1, Stable Diffusion 2 applies a linear layer. */
    public sealed interface Projection {

        /** [B, C, h, w] to [B, h w, C]. */
        Tensor toSequence(Tensor map);

        /** [B, h w, C] to [B, C, h, w], with the sizes of another map. */
        Tensor toMap(Tensor sequence, Tensor like);

        /**
         * On the map.
         *
         * @param conv 1 x 1
         */
        record Convolution(Conv2d conv) implements Projection {

            @Override
            public Tensor toSequence(Tensor map) {
                return SpatialAttention.toSequence(conv.apply(map));
            }

            @Override
            public Tensor toMap(Tensor sequence, Tensor like) {
                return conv.apply(SpatialAttention.toMap(sequence, like));
            }
        }

        /**
         * On the sequence.
         *
         * @param linear channels to channels
         */
        record OnSequence(Linear linear) implements Projection {

            @Override
            public Tensor toSequence(Tensor map) {
                return linear.apply(SpatialAttention.toSequence(map));
            }

            @Override
            public Tensor toMap(Tensor sequence, Tensor like) {
                return SpatialAttention.toMap(linear.apply(sequence), like);
            }
        }
    }

    /**
     * Applies the transformer.
     *
     * @param x [B, C, h, w]
     * @param context [B, S, width of the text]
     * @return [B, C, h, w]
     */
    Tensor apply(Tensor x, Tensor context) {
        Tensor y = in.toSequence(norm.apply(x));
        for (TransformerBlock block : blocks) {
            y = block.apply(y, context);
        }
        return x.add(out.toMap(y, x));
    }
}
