package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.block.Downsample;
import dev.tandem.diffusion.block.ResnetBlock;
import dev.tandem.diffusion.block.SpatialAttention;
import dev.tandem.diffusion.block.Upsample;

/**
 * Keys of the blocks that diffusers' networks share.
 *
 * @param groups groups of each group norm
 * @param eps of each group norm
 * @param activation after each norm
 * @param timeWidth width of the time embedding; 0 where there is none
 * @param scaleShift whether the time embedding scales and shifts
 */
record BlockLoader(int groups, double eps, Activation activation, long timeWidth, boolean scaleShift) {

    private static final double ATTENTION_EPS = 1e-6;

    ResnetBlock resnet(WeightSource weights, long in, long out, double outputScale) {
        Linear time = timeWidth == 0
                ? null
                : Linear.load(weights, "time_emb_proj", timeWidth, scaleShift ? 2 * out : out, true);
        return new ResnetBlock(
                GroupNorm.load(weights, "norm1", groups, in, eps),
                Conv2d.load(weights, "conv1", in, out, 3),
                time,
                scaleShift,
                GroupNorm.load(weights, "norm2", groups, out, eps),
                Conv2d.load(weights, "conv2", out, out, 3),
                in == out ? null : Conv2d.load(weights, "conv_shortcut", in, out, 1),
                activation,
                outputScale);
    }

    Downsample downsample(WeightSource weights, long channels, int padding) {
        return new Downsample(Conv2d.load(
                weights.at("downsamplers.0"), "conv", channels, channels, 3, 2, padding, Init.uniform(channels * 9)));
    }

    Upsample upsample(WeightSource weights, long channels) {
        return new Upsample(Conv2d.load(weights.at("upsamplers.0"), "conv", channels, channels, 3));
    }

    /** Self-attention of an autoencoder: one head; older files call the projections query, key, value and proj_attn. */
    SpatialAttention spatialAttention(WeightSource weights, long channels) {
        GroupNorm norm = GroupNorm.load(weights, "group_norm", groups, channels, ATTENTION_EPS);
        boolean old = !weights.has("to_q.weight") && weights.has("query.weight");
        return new SpatialAttention(
                norm,
                new Attention(
                        Linear.load(weights, old ? "query" : "to_q", channels, channels, true),
                        Linear.load(weights, old ? "key" : "to_k", channels, channels, true),
                        Linear.load(weights, old ? "value" : "to_v", channels, channels, true),
                        Linear.load(weights, old ? "proj_attn" : "to_out.0", channels, channels, true),
                        1));
    }

    /** Attention of a transformer block: no bias but in the output. */
    static Attention attention(WeightSource weights, long width, long context, int heads) {
        return new Attention(
                Linear.load(weights, "to_q", width, width, false),
                Linear.load(weights, "to_k", context, width, false),
                Linear.load(weights, "to_v", context, width, false),
                Linear.load(weights, "to_out.0", width, width, true),
                heads);
    }
}
