package dev.tandem.llm.model;

import dev.tandem.core.layer.Activation;
import java.util.List;
import java.util.Set;

/**
 * Sizes of Llama-Vision, as in {@code config.json}.
 *
 * @param text the decoder; all its layers, those that look at the picture included
 * @param crossAttentionLayers which of them look at the picture
 * @param vision the picture's encoder
 */
public record MllamaConfig(LlamaConfig text, Set<Integer> crossAttentionLayers, Vision vision) {

    public MllamaConfig {
        crossAttentionLayers = Set.copyOf(crossAttentionLayers);
        for (int layer : crossAttentionLayers) {
            if (layer < 0 || layer >= text.hiddenLayers()) {
                throw new IllegalArgumentException("cross_attention_layers names layer " + layer + " of "
                        + text.hiddenLayers() + ", which are counted from 0");
            }
        }
    }

    /** In a row, many times those of published models. */
    private static final int MAX_PATCHES = 1024;

    /**
     * Sizes of the picture's encoder.
     *
     * @param imageSize height and width of a tile in pixels
     * @param patchSize P, side of a patch
     * @param channels of a picture
     * @param maxTiles most tiles of a picture
     * @param aspectRatios how many ways there are to lay tiles out
     * @param hiddenSize D
     * @param intermediateSize width inside the feed-forward layers
     * @param layers of the first transformer
     * @param globalLayers of the second
     * @param attentionHeads H
     * @param activation inside the feed-forward layers
     * @param normEps added to the variance
     * @param keptLayers outputs of the first transformer that go into the result
     */
    public record Vision(
            int imageSize,
            int patchSize,
            int channels,
            int maxTiles,
            int aspectRatios,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int globalLayers,
            int attentionHeads,
            Activation activation,
            double normEps,
            List<Integer> keptLayers) {

        public Vision {
            keptLayers = List.copyOf(keptLayers);
            if (hiddenSize % attentionHeads != 0) {
                throw new IllegalArgumentException("vision_config: hidden_size " + hiddenSize + " does not divide into "
                        + attentionHeads + " attention_heads");
            }
            if (patchSize > imageSize || imageSize / patchSize > MAX_PATCHES) {
                throw new IllegalArgumentException("an image_size of " + imageSize + " does not divide into 1 to "
                        + MAX_PATCHES + " patches of patch_size " + patchSize);
            }
            if (keptLayers.size() > layers) {
                throw new IllegalArgumentException(
                        "intermediate_layers_indices names " + keptLayers.size() + " of " + layers + " layers");
            }
            for (int layer : keptLayers) {
                if (layer < 0 || layer >= layers) {
                    throw new IllegalArgumentException("intermediate_layers_indices names layer " + layer + " of "
                            + layers + ", which are counted from 0");
                }
            }
        }

        /** The class token and the patches of a tile. */
        public int tokens() {
            int side = imageSize / patchSize;
            return side * side + 1;
        }

        /** Width of the result: the last layer's and the kept ones'. */
        public int outputWidth() {
            return Math.multiplyExact(hiddenSize, 1 + keptLayers.size());
        }
    }
}
