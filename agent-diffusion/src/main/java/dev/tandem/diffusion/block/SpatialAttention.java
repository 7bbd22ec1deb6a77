package dev.tandem.diffusion.block;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.tensor.Tensor;

/**
 * Self-attention over the pixels of a feature map, with group norm before it and the input added to it.
 *
 * @param norm over the channels
 * @param attention over h w positions
 */
public record SpatialAttention(GroupNorm norm, Attention attention) {

    /** [B, C, h, w] to the same shape. */
    public Tensor apply(Tensor x) {
        Tensor y = toSequence(norm.apply(x));
        return x.add(toMap(attention.apply(y, y, null, false), x));
    }

    /** [B, C, h, w] to [B, h w, C]; no copy where the channels lie innermost. */
    public static Tensor toSequence(Tensor map) {
        return map.permute(0, 2, 3, 1).reshape(map.size(0), map.size(2) * map.size(3), map.size(1));
    }

    /** [B, h w, C] to [B, C, h, w] with the sizes of another map. */
    public static Tensor toMap(Tensor sequence, Tensor like) {
        return sequence.reshape(sequence.size(0), like.size(2), like.size(3), sequence.size(2))
                .permute(0, 3, 1, 2);
    }
}
