package dev.tandem.llm.model;

import dev.tandem.core.layer.Activation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and switches of a Llama-like decoder, named as in {@code config.json}. Made by {@link #builder()}, or read from a model
 * folder by {@code dev.tandem.llm.load}.
 *
 * @param modelType {@code llama} or {@code qwen2}, as {@code config.json} writes it
 * @param vocabSize V
 * @param hiddenSize D
 * @param intermediateSize width of the feed-forward layer
 * @param hiddenLayers number of decoder layers
 * @param attentionHeads query heads H
 * @param keyValueHeads key and value heads; divides H
 * @param headDim width of a head, even
 * @param hiddenAct activation of the gate
 * @param rmsNormEps added to the mean square
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling how they are stretched
 * @param maxPositionEmbeddings context length in tokens
 * @param slidingWindow which layers see only the last tokens, or null where all see everything
 * @param tieWordEmbeddings whether the head is the embedding table
 * @param queryKeyValueBias whether query, key and value projections have a bias
 * @param attentionOutputBias whether the attention's output projection has a bias
 * @param mlpBias whether the feed-forward projections have biases
 * @param initializerRange standard deviation of fresh weights
 * @param bosTokenId begin of text, or null
 * @param eosTokenIds ends of text; may be empty
 * @param padTokenId fills short rows, or null
 */
public record LlamaConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        int keyValueHeads,
        int headDim,
        Activation hiddenAct,
        double rmsNormEps,
        double ropeTheta,
        RopeScaling ropeScaling,
        int maxPositionEmbeddings,
        @Nullable SlidingWindow slidingWindow,
        boolean tieWordEmbeddings,
        boolean queryKeyValueBias,
        boolean attentionOutputBias,
        boolean mlpBias,
        double initializerRange,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds,
        @Nullable Integer padTokenId) {

    public LlamaConfig {
        eosTokenIds = List.copyOf(eosTokenIds);
        requirePositive("vocab_size", vocabSize);
        requirePositive("hidden_size", hiddenSize);
        requirePositive("intermediate_size", intermediateSize);
        requirePositive("num_hidden_layers", hiddenLayers);
        requirePositive("num_attention_heads", attentionHeads);
        requirePositive("num_key_value_heads", keyValueHeads);
        requirePositive("head_dim", headDim);
        requirePositive("max_position_embeddings", maxPositionEmbeddings);
        if (attentionHeads % keyValueHeads != 0) {
            throw new IllegalArgumentException("num_attention_heads " + attentionHeads
                    + " is not a multiple of num_key_value_heads " + keyValueHeads);
        }
        if (headDim % 2 != 0) {
            throw new IllegalArgumentException("head_dim " + headDim + " is odd; rotary positions need pairs");
        }
        if (!(rmsNormEps > 0) || !(ropeTheta > 0)) {
            throw new IllegalArgumentException(
                    "rms_norm_eps and rope_theta must be above 0, got " + rmsNormEps + " and " + ropeTheta);
        }
    }

    /**
     * Layers in which a token sees only the last ones.
     *
     * @param tokens how many a token sees, itself included
     * @param layers in which it is so, from 0
     */
    public record SlidingWindow(int tokens, Set<Integer> layers) {

        public SlidingWindow {
            layers = Set.copyOf(layers);
            requirePositive("sliding_window", tokens);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, got " + value);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The same with other ends of text. */
    public LlamaConfig withEosTokenIds(List<Integer> ids) {
        return with(hiddenLayers, ids);
    }

    /** The same with another number of layers. */
    public LlamaConfig withHiddenLayers(int layers) {
        return with(layers, eosTokenIds);
    }

    private LlamaConfig with(int layers, List<Integer> ends) {
        return new LlamaConfig(
                modelType,
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                attentionHeads,
                keyValueHeads,
                headDim,
                hiddenAct,
                rmsNormEps,
                ropeTheta,
                ropeScaling,
                maxPositionEmbeddings,
                slidingWindow,
                tieWordEmbeddings,
                queryKeyValueBias,
                attentionOutputBias,
                mlpBias,
                initializerRange,
                bosTokenId,
                ends,
                padTokenId);
    }

    /** Collects the values of a {@link LlamaConfig}; defaults are those of transformers' {@code LlamaConfig}. */
    public static final class Builder {

        private String modelType = "llama";
        private int vocabSize = 32000;
        private int hiddenSize = 4096;
        private int intermediateSize = 11008;
        private int hiddenLayers = 32;
        private int attentionHeads = 32;
        private @Nullable Integer keyValueHeads;
        private @Nullable Integer headDim;
        private Activation hiddenAct = Activation.SILU;
        private double rmsNormEps = 1e-6;
        private double ropeTheta = 10000;
        private RopeScaling ropeScaling = new RopeScaling.None();
        private int maxPositionEmbeddings = 2048;
        private @Nullable SlidingWindow slidingWindow;
        private boolean tieWordEmbeddings;
        private boolean queryKeyValueBias;
        private boolean attentionOutputBias;
        private boolean mlpBias;
        private double initializerRange = 0.02;
        private @Nullable Integer bosTokenId = 1;
        private List<Integer> eosTokenIds = List.of(2);
        private @Nullable Integer padTokenId;

        private Builder() {}

        public Builder modelType(String value) {
            modelType = value;
            return this;
        }

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

        /** Null for as many as query heads. */
        public Builder keyValueHeads(@Nullable Integer value) {
            keyValueHeads = value;
            return this;
        }

        /** Null for hidden size / query heads. */
        public Builder headDim(@Nullable Integer value) {
            headDim = value;
            return this;
        }

        public Builder hiddenAct(Activation value) {
            hiddenAct = value;
            return this;
        }

        public Builder rmsNormEps(double value) {
            rmsNormEps = value;
            return this;
        }

        public Builder ropeTheta(double value) {
            ropeTheta = value;
            return this;
        }

        public Builder ropeScaling(RopeScaling value) {
            ropeScaling = value;
            return this;
        }

        public Builder maxPositionEmbeddings(int value) {
            maxPositionEmbeddings = value;
            return this;
        }

        /** Null for none. */
        public Builder slidingWindow(@Nullable SlidingWindow value) {
            slidingWindow = value;
            return this;
        }

        public Builder tieWordEmbeddings(boolean value) {
            tieWordEmbeddings = value;
            return this;
        }

        public Builder queryKeyValueBias(boolean value) {
            queryKeyValueBias = value;
            return this;
        }

        public Builder attentionOutputBias(boolean value) {
            attentionOutputBias = value;
            return this;
        }

        public Builder mlpBias(boolean value) {
            mlpBias = value;
            return this;
        }

        public Builder initializerRange(double value) {
            initializerRange = value;
            return this;
        }

        public Builder bosTokenId(@Nullable Integer value) {
            bosTokenId = value;
            return this;
        }

        public Builder eosTokenIds(List<Integer> value) {
            eosTokenIds = value;
            return this;
        }

        public Builder padTokenId(@Nullable Integer value) {
            padTokenId = value;
            return this;
        }

        /**
         * Checks the values and makes the configuration.
         *
         * @throws IllegalArgumentException that names the value which does not fit
         */
        public LlamaConfig build() {
            requirePositive("num_attention_heads", attentionHeads);
            if (headDim == null && hiddenSize % attentionHeads != 0) {
                throw new IllegalArgumentException("hidden_size " + hiddenSize
                        + " is not a multiple of num_attention_heads " + attentionHeads + "; give head_dim");
            }
            return new LlamaConfig(
                    modelType,
                    vocabSize,
                    hiddenSize,
                    intermediateSize,
                    hiddenLayers,
                    attentionHeads,
                    keyValueHeads == null ? attentionHeads : keyValueHeads,
                    headDim == null ? hiddenSize / attentionHeads : headDim,
                    hiddenAct,
                    rmsNormEps,
                    ropeTheta,
                    ropeScaling,
                    maxPositionEmbeddings,
                    slidingWindow,
                    tieWordEmbeddings,
                    queryKeyValueBias,
                    attentionOutputBias,
                    mlpBias,
                    initializerRange,
                    bosTokenId,
                    eosTokenIds,
                    padTokenId);
        }
    }
}
