package dev.tandem.llm.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How rotary frequencies are stretched for contexts longer than those trained on ({@code rope_scaling} of {@code config.json}). */
public sealed interface RopeScaling {

    /** No stretching. */
    record None() implements RopeScaling {}

    /**
     * All frequencies divided by one factor (position interpolation, Chen et al. 2023).
     *
     * @param factor at least 1
     */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }
    }

    /**
     * A larger base as soon as a sequence is longer than {@code max_position_embeddings} ("dynamic NTK").
     *
     * @param factor at least 1
     */
    record Dynamic(double factor) implements RopeScaling {
        public Dynamic {
            requireFactor(factor);
        }
    }

    /**
     * Llama 3.1's: long waves are stretched, short ones kept, those between blended.
     *
     * @param factor at least 1
     * @param lowFreqFactor waves longer than {@code originalMaxPositions / lowFreqFactor} are stretched
     * @param highFreqFactor waves shorter than {@code originalMaxPositions / highFreqFactor} are kept
     * @param originalMaxPositions context length before stretching, in tokens
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
            implements RopeScaling {
        public Llama3 {
            requireFactor(factor);
            if (!(highFreqFactor > lowFreqFactor) || originalMaxPositions < 1) {
                throw new IllegalArgumentException(
                        "rope_scaling llama3 needs high_freq_factor above low_freq_factor and a positive"
                                + " original_max_position_embeddings, got " + highFreqFactor + ", " + lowFreqFactor
                                + " and " + originalMaxPositions);
            }
        }
    }

    /**
     * YaRN (Peng et al. 2023): a ramp between kept and stretched frequencies, and a temperature on the attention.
     *
     * @param factor at least 1
     * @param betaFast rotations above which a frequency is kept
     * @param betaSlow rotations below which a frequency is stretched
     * @param originalMaxPositions context length before stretching, in tokens
     * @param attentionFactor multiplies cosine and sine; null for {@code 0.1 ln(factor) + 1}
     * @param truncate whether the ends of the ramp are rounded to whole dimensions
     */
    record Yarn(
            double factor,
            double betaFast,
            double betaSlow,
            int originalMaxPositions,
            @Nullable Double attentionFactor,
            boolean truncate)
            implements RopeScaling {
        public Yarn {
            requireFactor(factor);
        }
    }

    /**
     * LongRoPE (Ding et al. 2024): each frequency is divided by a factor of its own, by other factors in sequences longer than those
     * trained on.
     *
     * @param shortFactors of sequences up to {@code originalMaxPositions}, one for each pair of a head's values
     * @param longFactors of longer ones
     * @param originalMaxPositions context length before stretching, in tokens
     * @param attentionFactor what cosine and sine are multiplied by
     */
    record LongRope(
            List<Double> shortFactors, List<Double> longFactors, int originalMaxPositions, double attentionFactor)
            implements RopeScaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
            if (originalMaxPositions < 1) {
                throw new IllegalArgumentException(
                        "rope_scaling longrope needs a positive original_max_position_embeddings, got "
                                + originalMaxPositions);
            }
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor >= 1)) {
            throw new IllegalArgumentException("rope_scaling needs a factor of at least 1, got " + factor);
        }
    }
}
