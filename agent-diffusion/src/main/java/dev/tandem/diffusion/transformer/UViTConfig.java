package dev.tandem.diffusion.transformer;

/**
 * Sizes and switches of a {@link UViT}, named as in {@code unet/config.json} of UniDiffuser.
 *
 * @param sampleSize height and width of the latents
 * @param patchSize P, side of a patch
 * @param inChannels C
 * @param outChannels channels of the prediction
 * @param layers blocks but the middle one; even
 * @param attentionHeads H
 * @param attentionHeadDim width of a head; H times this is D
 * @param textDim width of a text token
 * @param textTokens S
 * @param clipImageDim width of a picture's CLIP vector
 * @param attentionBias whether queries, keys and values have a bias
 * @param feedForward what stands between the two layers of a feed-forward part
 * @param preNorm whether a norm comes before its part, or after
 * @param normedResidual whether what passes a part by is normalised too, as in UniDiffuser; otherwise as in U-ViT
 * @param timeEmbedding whether times go through two layers, or come in as sinusoids
 * @param dataType whether a token says where a text is from (UniDiffuser 1)
 */
public record UViTConfig(
        int sampleSize,
        int patchSize,
        int inChannels,
        int outChannels,
        int layers,
        int attentionHeads,
        int attentionHeadDim,
        int textDim,
        int textTokens,
        int clipImageDim,
        boolean attentionBias,
        FeedForward feedForward,
        boolean preNorm,
        boolean normedResidual,
        boolean timeEmbedding,
        boolean dataType) {

    /** Activations of a feed-forward part. */
    public enum FeedForward {
        GELU("gelu"),
        /** By the approximation with tanh. */
        GELU_TANH("gelu-approximate"),
        /** Half of the inner values gate the other half (Shazeer 2020). */
        GEGLU("geglu"),
        /** The approximation with a sigmoid, which nothing gates whatever the name says. */
        GELU_SIGMOID("geglu-approximate"),
        /** As GEGLU with SiLU. */
        SWIGLU("swiglu"),
        SILU("linear-silu");

        private final String configName;

        FeedForward(String configName) {
            this.configName = configName;
        }

        /** Whether half of the inner values gate the other half. */
        public boolean gated() {
            return this == GEGLU || this == SWIGLU;
        }

        /** The name in configuration files. */
        public String configName() {
            return configName;
        }
    }

    /** Many times the width of published models. */
    private static final int MAX_WIDTH = 1 << 20;

    public UViTConfig {
        if ((long) attentionHeads * attentionHeadDim > MAX_WIDTH) {
            throw new IllegalArgumentException("num_attention_heads " + attentionHeads + " times attention_head_dim "
                    + attentionHeadDim + " is above " + MAX_WIDTH);
        }
        if (sampleSize % patchSize != 0) {
            throw new IllegalArgumentException(
                    "sample_size " + sampleSize + " does not divide into patches of patch_size " + patchSize);
        }
    }

    /** D. */
    public int width() {
        return attentionHeads * attentionHeadDim;
    }

    /** Patches in a row and in a column. */
    public int side() {
        return sampleSize / patchSize;
    }
}
