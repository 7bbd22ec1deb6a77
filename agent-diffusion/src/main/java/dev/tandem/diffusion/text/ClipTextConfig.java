package dev.tandem.diffusion.text;

import dev.tandem.core.layer.Activation;

/**
 * Sizes of a CLIP text encoder, as in {@code text_encoder/config.json}.
 *
 * @param vocabSize V
 * @param hiddenSize D
 * @param intermediateSize width inside the feed-forward layers
 * @param hiddenLayers number of layers
 * @param attentionHeads H
 * @param maxPositions most tokens that it takes
 * @param activation inside the feed-forward layers
 * @param layerNormEps added to the variance
 * @param bosTokenId begins a text
 * @param eosTokenId ends a text; 2, which old files say, means that the largest id ends it
 * @param padTokenId fills a row
 * @param projectionDim width of the projected vector; 0 where the model has no projection
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        int maxPositions,
        Activation activation,
        double layerNormEps,
        int bosTokenId,
        int eosTokenId,
        int padTokenId,
        int projectionDim) {

    public ClipTextConfig {
        if (hiddenSize % attentionHeads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size " + hiddenSize + " does not divide into " + attentionHeads + " num_attention_heads");
        }
    }

    /** A builder with the settings of Stable Diffusion 1. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link ClipTextConfig}. */
    public static final class Builder {
        private int vocabSize = 49_408;
        private int hiddenSize = 768;
        private int intermediateSize = 3072;
        private int hiddenLayers = 12;
        private int attentionHeads = 12;
        private int maxPositions = 77;
        private Activation activation = Activation.QUICK_GELU;
        private double layerNormEps = 1e-5;
        private int bosTokenId = 49_406;
        private int eosTokenId = 49_407;
        private int padTokenId = 1;
        private int projectionDim;

        private Builder() {}

        public Builder vocabSize(int value) {
            vocabSize = value;
            return this;
        }

        public Builder hiddenSize(int value) {
            hiddenSize = value;
            return this;
        }

        public Builder intermediateSize(int value) {
            intermediateSize = value;
            return this;
        }

        public Builder hiddenLayers(int value) {
            hiddenLayers = value;
            return this;
        }

        public Builder attentionHeads(int value) {
            attentionHeads = value;
            return this;
        }

        public Builder maxPositions(int value) {
            maxPositions = value;
            return this;
        }

        public Builder activation(Activation value) {
            activation = value;
            return this;
        }

        public Builder layerNormEps(double value) {
            layerNormEps = value;
            return this;
        }

        public Builder bosTokenId(int value) {
            bosTokenId = value;
            return this;
        }

        public Builder eosTokenId(int value) {
            eosTokenId = value;
            return this;
        }

        public Builder padTokenId(int value) {
            padTokenId = value;
            return this;
        }

        public Builder projectionDim(int value) {
            projectionDim = value;
            return this;
        }

        public ClipTextConfig build() {
            return new ClipTextConfig(
                    vocabSize,
                    hiddenSize,
                    intermediateSize,
                    hiddenLayers,
                    attentionHeads,
                    maxPositions,
                    activation,
                    layerNormEps,
                    bosTokenId,
                    eosTokenId,
                    padTokenId,
                    projectionDim);
        }
    }
}
