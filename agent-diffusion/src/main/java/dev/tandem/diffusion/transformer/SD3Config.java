package dev.tandem.diffusion.transformer;

import java.util.Set;

/**
 * Sizes and switches of an {@link SD3Transformer2D}, named as in {@code transformer/config.json}.
 *
 * @param sampleSize height and width of the latents that it was trained on
 * @param patchSize P, side of a patch
 * @param inChannels C
 * @param outChannels channels of the prediction
 * @param layers blocks
 * @param attentionHeads H
 * @param attentionHeadDim width of a head; H times this is D
 * @param jointAttentionDim width of the texts' hidden states
 * @param pooledProjectionDim width of the texts' pooled vector
 * @param posEmbedMaxSize side of the table of positions, in patches
 * @param queryKeyNorm whether queries and keys are normalised (Stable Diffusion 3.5)
 * @param dualAttentionLayers blocks that attend among the patches a second time (Stable Diffusion 3.5 medium)
 */
public record SD3Config(
        int sampleSize,
        int patchSize,
        int inChannels,
        int outChannels,
        int layers,
        int attentionHeads,
        int attentionHeadDim,
        int jointAttentionDim,
        int pooledProjectionDim,
        int posEmbedMaxSize,
        boolean queryKeyNorm,
        Set<Integer> dualAttentionLayers) {

    /** Many times the width of published models. */
    private static final int MAX_WIDTH = 1 << 20;

    public SD3Config {
        if ((long) attentionHeads * attentionHeadDim > MAX_WIDTH) {
            throw new IllegalArgumentException("num_attention_heads " + attentionHeads + " times attention_head_dim "
                    + attentionHeadDim + " is above " + MAX_WIDTH);
        }
        dualAttentionLayers = Set.copyOf(dualAttentionLayers);
        for (int layer : dualAttentionLayers) {
            if (layer < 0 || layer >= layers) {
                throw new IllegalArgumentException(
                        "dual_attention_layers names block " + layer + " of " + layers + ", which are counted from 0");
            }
        }
    }

    /** D. */
    public int width() {
        return attentionHeads * attentionHeadDim;
    }
}
