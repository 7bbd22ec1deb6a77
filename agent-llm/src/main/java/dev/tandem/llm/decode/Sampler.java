package dev.tandem.llm.decode;

import java.util.random.RandomGenerator;

/**
 * Chooses the next token from its scores: the temperature first, then the {@code topK} likeliest, then the smallest set of the
 * likeliest that holds {@code topP} of the probability (Holtzman et al. 2020), then one draw among those left.
 *
 * @param temperature divides the scores; 0 always takes the likeliest token
 * @param topK how many of the likeliest to draw from; 0 for all
 * @param topP share of the probability to draw from, in (0, 1]; 1 for all
 */
public record Sampler(double temperature, int topK, double topP) {

    public Sampler {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("the temperature must be 0 (greedy) or above, got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK must be 0 (all) or above, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP must be above 0 and at most 1, got " + topP);
        }
    }

    /** Always the likeliest token. */
    public static Sampler greedy() {
        return new Sampler(0, 0, 1);
    }

    /**
     * Chooses one token.
     *
     * @param scores [V], processed; -∞ where a token is forbidden
     * @param random advanced by one draw, unless the temperature is 0
     * @throws IllegalStateException if no score is a number
     */
    public int pick(float[] scores, RandomGenerator random) {
        int best = best(scores);
        if (temperature == 0) {
            return best;
        }
        int[] order = candidates(scores);
        double[] weights = new double[order.length];
        double total = 0;
        for (int i = 0; i < order.length; i++) {
            weights[i] = Math.exp((scores[order[i]] - scores[best]) / temperature);
            total += Double.isNaN(weights[i]) ? 0 : weights[i];
        }
        int kept = order.length;
        if (topP < 1) {
            double mass = 0;
            kept = 0;
            while (kept < order.length && mass < topP * total) {
                mass += weights[kept++];
            }
            total = mass;
        }
        double at = random.nextDouble() * total;
        for (int i = 0; i < kept; i++) {
            at -= weights[i];
            if (at < 0 && weights[i] > 0) {
                return order[i];
            }
        }
        return best; // rounding left a crumb at the end
    }

    /** Tokens to draw from, the likeliest first where the order matters. */
    private int[] candidates(float[] scores) {
        if (topK > 0) {
            return TopScores.of(scores, topK);
        }
        if (topP < 1) {
            return TopScores.of(scores, scores.length);
        }
        int[] all = new int[scores.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return all;
    }

    private static int best(float[] scores) {
        int best = -1;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > Float.NEGATIVE_INFINITY && (best < 0 || scores[i] > scores[best])) {
                best = i;
            }
        }
        if (best < 0) {
            throw new IllegalStateException("no token can follow: all " + scores.length
                    + " scores are forbidden or not a number; check the weights and the rules of generation");
        }
        return best;
    }
}
