package dev.tandem.diffusion.text;

import dev.tandem.core.layer.Activation;

/**
 * Sizes of a {@link T5Encoder}, as in {@code config.json}.
 *
 * @param vocabSize V
 * @param width D ({@code d_model})
 * @param headWidth width of a head ({@code d_kv}); heads times this need not be D
 * @param innerWidth of the feed-forward layer ({@code d_ff})
 * @param layers how many
 * @param heads H
 * @param distanceBuckets classes of distances between two positions ({@code relative_attention_num_buckets})
 * @param maxDistance from which on all distances are alike ({@code relative_attention_max_distance})
 * @param normEps added to the mean square
 * @param activation of the feed-forward layer
 * @param gated whether a second linear layer gates it (T5 1.1: Shazeer 2020)
 */
public record T5Config(
        int vocabSize,
        int width,
        int headWidth,
        int innerWidth,
        int layers,
        int heads,
        int distanceBuckets,
        int maxDistance,
        double normEps,
        Activation activation,
        boolean gated) {

    public T5Config {
        if (distanceBuckets < 4) {
            throw new IllegalArgumentException(
                    "relative_attention_num_buckets must be at least 4, got " + distanceBuckets);
        }
        if (maxDistance <= distanceBuckets / 4) {
            throw new IllegalArgumentException("relative_attention_max_distance must be above a quarter of"
                    + " relative_attention_num_buckets, got " + maxDistance + " and " + distanceBuckets);
        }
    }
}
