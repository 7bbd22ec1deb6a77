package dev.tandem.diffusion.vae;

import dev.tandem.core.layer.Activation;
import java.util.List;

/**
 * Sizes of an autoencoder, as in {@code vae/config.json}.
 *
 * @param inChannels channels of a picture going in
 * @param outChannels channels of a picture coming out
 * @param latentChannels channels of the latents
 * @param blockOutChannels channels at each resolution, from the picture's own to the latents'; each but the last is halved
 * @param layersPerBlock residual blocks at each resolution of the encoder; the decoder has one more
 * @param normNumGroups groups of each group norm
 * @param activation after each norm
 * @param sampleSize height and width of the pictures it was trained on
 * @param scalingFactor multiplies latents on their way to the diffusion model, so that their spread is about 1
 * @param shiftFactor is subtracted before that
 * @param quantConv whether a 1 x 1 convolution follows the encoder
 * @param postQuantConv whether a 1 x 1 convolution comes before the decoder
 * @param midAttention whether the middle blocks hold self-attention
 */
public record VaeConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normNumGroups,
        Activation activation,
        int sampleSize,
        double scalingFactor,
        double shiftFactor,
        boolean quantConv,
        boolean postQuantConv,
        boolean midAttention) {

    public VaeConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        if (blockOutChannels.isEmpty()) {
            throw new IllegalArgumentException("block_out_channels names no resolution");
        }
        if (!(scalingFactor > 0) || Double.isInfinite(scalingFactor)) {
            throw new IllegalArgumentException("scaling_factor must be above 0, got " + scalingFactor);
        }
    }

    /** How many times smaller latents are than the picture, in each direction. */
    public int downscale() {
        return 1 << (blockOutChannels.size() - 1);
    }

    /** A builder with the settings of Stable Diffusion 1 and 2. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this configuration. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.inChannels = inChannels;
        b.outChannels = outChannels;
        b.latentChannels = latentChannels;
        b.blockOutChannels = blockOutChannels;
        b.layersPerBlock = layersPerBlock;
        b.normNumGroups = normNumGroups;
        b.activation = activation;
        b.sampleSize = sampleSize;
        b.scalingFactor = scalingFactor;
        b.shiftFactor = shiftFactor;
        b.quantConv = quantConv;
        b.postQuantConv = postQuantConv;
        b.midAttention = midAttention;
        return b;
    }

    /** Builds a {@link VaeConfig}. */
    public static final class Builder {
        private int inChannels = 3;
        private int outChannels = 3;
        private int latentChannels = 4;
        private List<Integer> blockOutChannels = List.of(128, 256, 512, 512);
        private int layersPerBlock = 2;
        private int normNumGroups = 32;
        private Activation activation = Activation.SILU;
        private int sampleSize = 512;
        private double scalingFactor = 0.18215;
        private double shiftFactor;
        private boolean quantConv = true;
        private boolean postQuantConv = true;
        private boolean midAttention = true;

        private Builder() {}

        public Builder inChannels(int value) {
            inChannels = value;
            return this;
        }

        public Builder outChannels(int value) {
            outChannels = value;
            return this;
        }

        public Builder latentChannels(int value) {
            latentChannels = value;
            return this;
        }

        public Builder blockOutChannels(List<Integer> value) {
            blockOutChannels = value;
            return this;
        }

        public Builder layersPerBlock(int value) {
            layersPerBlock = value;
            return this;
        }

        public Builder normNumGroups(int value) {
            normNumGroups = value;
            return this;
        }

        public Builder activation(Activation value) {
            activation = value;
            return this;
        }

        public Builder sampleSize(int value) {
            sampleSize = value;
            return this;
        }

        public Builder scalingFactor(double value) {
            scalingFactor = value;
            return this;
        }

        public Builder shiftFactor(double value) {
            shiftFactor = value;
            return this;
        }

        public Builder quantConv(boolean value) {
            quantConv = value;
            return this;
        }

        public Builder postQuantConv(boolean value) {
            postQuantConv = value;
            return this;
        }

        public Builder midAttention(boolean value) {
            midAttention = value;
            return this;
        }

        public VaeConfig build() {
            return new VaeConfig(
                    inChannels,
                    outChannels,
                    latentChannels,
                    blockOutChannels,
                    layersPerBlock,
                    normNumGroups,
                    activation,
                    sampleSize,
                    scalingFactor,
                    shiftFactor,
                    quantConv,
                    postQuantConv,
                    midAttention);
        }
    }
}
