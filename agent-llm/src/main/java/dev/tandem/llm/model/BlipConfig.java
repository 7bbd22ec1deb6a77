package dev.tandem.llm.model;

import dev.tandem.core.layer.Activation;

/**
 * Sizes of BLIP, as in {@code config.json}.
 *
 * @param vision of the picture's encoder
 * @param text of the text's decoder
 */
public record BlipConfig(Vision vision, Text text) {

    /** In a row, many times those of published models. */
    private static final int MAX_PATCHES = 1024;

    /**
     * Sizes of the picture's encoder.
     *
     * @param imageSize height and width of a picture in pixels
     * @param patchSize P, side of a patch
     * @param hiddenSize D
     * @param intermediateSize width inside the feed-forward layers
     * @param hiddenLayers number of layers
     * @param attentionHeads H
     * @param activation inside the feed-forward layers
     * @param layerNormEps added to the variance
     */
    public record Vision(
            int imageSize,
            int patchSize,
            int hiddenSize,
            int intermediateSize,
            int hiddenLayers,
            int attentionHeads,
            Activation activation,
            double layerNormEps) {

        public Vision {
            requireHeads("vision_config", hiddenSize, attentionHeads);
            if (patchSize > imageSize || imageSize / patchSize > MAX_PATCHES) {
                throw new IllegalArgumentException("an image_size of " + imageSize + " does not divide into 1 to "
                        + MAX_PATCHES + " patches of patch_size " + patchSize);
            }
        }

        /** The class token and the patches. */
        public int tokens() {
            int side = imageSize / patchSize;
            return side * side + 1;
        }
    }

    /**
     * Sizes of the text's decoder.
     *
     * @param vocabSize V
     * @param hiddenSize D
     * @param encoderHiddenSize width of what it looks at
     * @param intermediateSize width inside the feed-forward layers
     * @param hiddenLayers number of layers
     * @param attentionHeads H
     * @param maxPositions most tokens
     * @param activation inside the feed-forward layers and the head
     * @param layerNormEps added to the variance
     * @param tied whether the head is the embedding table
     * @param bosTokenId begins a caption
     * @param sepTokenId ends it
     * @param padTokenId fills a row
     */
    public record Text(
            int vocabSize,
            int hiddenSize,
            int encoderHiddenSize,
            int intermediateSize,
            int hiddenLayers,
            int attentionHeads,
            int maxPositions,
            Activation activation,
            double layerNormEps,
            boolean tied,
            int bosTokenId,
            int sepTokenId,
            int padTokenId) {

        public Text {
            requireHeads("text_config", hiddenSize, attentionHeads);
        }
    }

    private static void requireHeads(String part, int width, int heads) {
        if (width % heads != 0) {
            throw new IllegalArgumentException(
                    part + ": hidden_size " + width + " does not divide into " + heads + " num_attention_heads");
        }
    }
}
