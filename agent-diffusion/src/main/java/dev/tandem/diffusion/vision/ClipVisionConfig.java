package dev.tandem.diffusion.vision;

import dev.tandem.core.layer.Activation;

/**
 * Sizes of CLIP's vision encoder, as in {@code config.json}.
 *
 * @param imageSize height and width of a picture in pixels
 * @param patchSize P, side of a patch
 * @param channels of a picture
 * @param hiddenSize D
 * @param intermediateSize width inside the feed-forward layers
 * @param hiddenLayers number of layers
 * @param attentionHeads H
 * @param activation inside the feed-forward layers
 * @param layerNormEps added to the variance
 * @param projectionDim width of the projected vector; 0 where the model has no projection
 */
public record ClipVisionConfig(
        int imageSize,
        int patchSize,
        int channels,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        Activation activation,
        double layerNormEps,
        int projectionDim) {

    /** In a row, many times those of published models. */
    private static final int MAX_PATCHES = 1024;

    public ClipVisionConfig {
        if (hiddenSize % attentionHeads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size " + hiddenSize + " does not divide into " + attentionHeads + " num_attention_heads");
        }
        if (patchSize > imageSize || imageSize / patchSize > MAX_PATCHES) {
            throw new IllegalArgumentException("an image_size of " + imageSize + " does not divide into 1 to "
                    + MAX_PATCHES + " patches of patch_size " + patchSize);
        }
    }

    /** The same without a projection. */
    public ClipVisionConfig withoutProjection() {
        return new ClipVisionConfig(
                imageSize,
                patchSize,
                channels,
                hiddenSize,
                intermediateSize,
                hiddenLayers,
                attentionHeads,
                activation,
                layerNormEps,
                0);
    }

    /** The class token and the patches. */
    public int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }
}
