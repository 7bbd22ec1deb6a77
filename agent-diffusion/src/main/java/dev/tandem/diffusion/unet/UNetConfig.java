package dev.tandem.diffusion.unet;

import dev.tandem.core.layer.Activation;
import java.util.List;

/**
 * Sizes and choices of a UNet, as in {@code unet/config.json}; what the file gives as one number for all resolutions is a list here.
 *
 * @param inChannels channels of the noisy latents
 * @param outChannels channels of the prediction
 * @param sampleSize height and width of the latents it was trained on
 * @param blockOutChannels channels at each resolution, from the latents' own to the lowest; each but the last is halved
 * @param downAttention which levels of the way down attend to the text
 * @param upAttention which levels of the way up do, from the lowest resolution to the highest
 * @param layersPerBlock layers at each resolution on the way down; the way up has one more
 * @param attentionHeads heads at each resolution ({@code attention_head_dim} in the file, which means the number of heads)
 * @param crossAttentionDim width of the text's hidden states at each resolution
 * @param downTransformerLayers transformer blocks in each transformer on the way down; the last number is the middle's too
 * @param upTransformerLayers the same on the way up, from the lowest resolution to the highest
 * @param onlyCrossAttention at which resolutions the first attention of a transformer block looks at the text instead of the pixels
 * @param linearProjection whether transformers are entered by a linear layer (Stable Diffusion 2) or a 1 x 1 convolution
 * @param normNumGroups groups of each group norm
 * @param normEps added to the variance in residual blocks
 * @param activation after each norm and in the time embedding
 * @param flipSinToCos whether the time embedding has cosines before sines
 * @param freqShift shift of the time embedding's frequencies
 * @param timeEmbeddingDim width of the time embedding
 * @param timeActivations after the time embedding, one after the other; usually none
 * @param timeScaleShift whether it scales and shifts the norms ({@code resnet_time_scale_shift}) instead of being added
 * @param centerInputSample whether latents x go in as 2x - 1
 * @param downsamplePadding zeros around a map before it is halved
 * @param midBlock what the middle consists of
 * @param midBlockScaleFactor divides the results of the middle's residual blocks
 * @param convInKernel size of the first convolution
 * @param convOutKernel size of the last convolution
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        int sampleSize,
        List<Integer> blockOutChannels,
        List<Boolean> downAttention,
        List<Boolean> upAttention,
        List<Integer> layersPerBlock,
        List<Integer> attentionHeads,
        List<Integer> crossAttentionDim,
        List<Integer> downTransformerLayers,
        List<Integer> upTransformerLayers,
        List<Boolean> onlyCrossAttention,
        boolean linearProjection,
        int normNumGroups,
        double normEps,
        Activation activation,
        boolean flipSinToCos,
        double freqShift,
        int timeEmbeddingDim,
        List<Activation> timeActivations,
        boolean timeScaleShift,
        boolean centerInputSample,
        int downsamplePadding,
        MidBlock midBlock,
        double midBlockScaleFactor,
        int convInKernel,
        int convOutKernel) {

    /** What lies between the way down and the way up. */
    public enum MidBlock {
        /** Two residual blocks and a transformer between them. */
        CROSS_ATTENTION("UNetMidBlock2DCrossAttn"),
        /** One residual block. */
        PLAIN("UNetMidBlock2D"),
        NONE("null");

        private final String configName;

        MidBlock(String configName) {
            this.configName = configName;
        }

        /** The name in configuration files. */
        public String configName() {
            return configName;
        }
    }

    public UNetConfig {
        timeActivations = List.copyOf(timeActivations);
        blockOutChannels = List.copyOf(blockOutChannels);
        downAttention = List.copyOf(downAttention);
        upAttention = List.copyOf(upAttention);
        layersPerBlock = List.copyOf(layersPerBlock);
        attentionHeads = List.copyOf(attentionHeads);
        crossAttentionDim = List.copyOf(crossAttentionDim);
        downTransformerLayers = List.copyOf(downTransformerLayers);
        upTransformerLayers = List.copyOf(upTransformerLayers);
        onlyCrossAttention = List.copyOf(onlyCrossAttention);
        int levels = blockOutChannels.size();
        if (levels == 0) {
            throw new IllegalArgumentException("block_out_channels names no resolution");
        }
        each("downAttention", downAttention, levels);
        each("upAttention", upAttention, levels);
        each("layersPerBlock", layersPerBlock, levels);
        each("attentionHeads", attentionHeads, levels);
        each("crossAttentionDim", crossAttentionDim, levels);
        each("downTransformerLayers", downTransformerLayers, levels);
        each("upTransformerLayers", upTransformerLayers, levels);
        each("onlyCrossAttention", onlyCrossAttention, levels);
    }

    private static void each(String name, List<?> values, int levels) {
        if (values.size() != levels) {
            throw new IllegalArgumentException(
                    name + " has " + values.size() + " values for " + levels + " resolutions");
        }
    }

    /** A builder with the settings of Stable Diffusion 1. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link UNetConfig}; the lists have one value for each resolution. */
    public static final class Builder {
        private int inChannels = 4;
        private int outChannels = 4;
        private int sampleSize = 64;
        private List<Integer> blockOutChannels = List.of(320, 640, 1280, 1280);
        private List<Boolean> downAttention = List.of(true, true, true, false);
        private List<Boolean> upAttention = List.of(false, true, true, true);
        private List<Integer> layersPerBlock = List.of(2, 2, 2, 2);
        private List<Integer> attentionHeads = List.of(8, 8, 8, 8);
        private List<Integer> crossAttentionDim = List.of(768, 768, 768, 768);
        private List<Integer> downTransformerLayers = List.of(1, 1, 1, 1);
        private List<Integer> upTransformerLayers = List.of(1, 1, 1, 1);
        private List<Boolean> onlyCrossAttention = List.of(false, false, false, false);
        private boolean linearProjection;
        private int normNumGroups = 32;
        private double normEps = 1e-5;
        private Activation activation = Activation.SILU;
        private boolean flipSinToCos = true;
        private double freqShift;
        private int timeEmbeddingDim = 1280;
        private List<Activation> timeActivations = List.of();
        private boolean timeScaleShift;
        private boolean centerInputSample;
        private int downsamplePadding = 1;
        private MidBlock midBlock = MidBlock.CROSS_ATTENTION;
        private double midBlockScaleFactor = 1;
        private int convInKernel = 3;
        private int convOutKernel = 3;

        private Builder() {}

        public Builder inChannels(int value) {
            inChannels = value;
            return this;
        }

        public Builder outChannels(int value) {
            outChannels = value;
            return this;
        }

        public Builder sampleSize(int value) {
            sampleSize = value;
            return this;
        }

        public Builder blockOutChannels(List<Integer> value) {
            blockOutChannels = value;
            return this;
        }

        public Builder downAttention(List<Boolean> value) {
            downAttention = value;
            return this;
        }

        public Builder upAttention(List<Boolean> value) {
            upAttention = value;
            return this;
        }

        public Builder layersPerBlock(List<Integer> value) {
            layersPerBlock = value;
            return this;
        }

        public Builder attentionHeads(List<Integer> value) {
            attentionHeads = value;
            return this;
        }

        public Builder crossAttentionDim(List<Integer> value) {
            crossAttentionDim = value;
            return this;
        }

        public Builder downTransformerLayers(List<Integer> value) {
            downTransformerLayers = value;
            return this;
        }

        public Builder upTransformerLayers(List<Integer> value) {
            upTransformerLayers = value;
            return this;
        }

        public Builder onlyCrossAttention(List<Boolean> value) {
            onlyCrossAttention = value;
            return this;
        }

        public Builder linearProjection(boolean value) {
            linearProjection = value;
            return this;
        }

        public Builder normNumGroups(int value) {
            normNumGroups = value;
            return this;
        }

        public Builder normEps(double value) {
            normEps = value;
            return this;
        }

        public Builder activation(Activation value) {
            activation = value;
            return this;
        }

        public Builder flipSinToCos(boolean value) {
            flipSinToCos = value;
            return this;
        }

        public Builder freqShift(double value) {
            freqShift = value;
            return this;
        }

        public Builder timeEmbeddingDim(int value) {
            timeEmbeddingDim = value;
            return this;
        }

        public Builder timeActivations(List<Activation> value) {
            timeActivations = value;
            return this;
        }

        public Builder timeScaleShift(boolean value) {
            timeScaleShift = value;
            return this;
        }

        public Builder centerInputSample(boolean value) {
            centerInputSample = value;
            return this;
        }

        public Builder downsamplePadding(int value) {
            downsamplePadding = value;
            return this;
        }

        public Builder midBlock(MidBlock value) {
            midBlock = value;
            return this;
        }

        public Builder midBlockScaleFactor(double value) {
            midBlockScaleFactor = value;
            return this;
        }

        public Builder convInKernel(int value) {
            convInKernel = value;
            return this;
        }

        public Builder convOutKernel(int value) {
            convOutKernel = value;
            return this;
        }

        public UNetConfig build() {
            return new UNetConfig(
                    inChannels,
                    outChannels,
                    sampleSize,
                    blockOutChannels,
                    downAttention,
                    upAttention,
                    layersPerBlock,
                    attentionHeads,
                    crossAttentionDim,
                    downTransformerLayers,
                    upTransformerLayers,
                    onlyCrossAttention,
                    linearProjection,
                    normNumGroups,
                    normEps,
                    activation,
                    flipSinToCos,
                    freqShift,
                    timeEmbeddingDim,
                    timeActivations,
                    timeScaleShift,
                    centerInputSample,
                    downsamplePadding,
                    midBlock,
                    midBlockScaleFactor,
                    convInKernel,
                    convOutKernel);
        }
    }
}
