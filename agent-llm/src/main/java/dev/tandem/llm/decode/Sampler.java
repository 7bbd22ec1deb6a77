package dev.tandem.llm.decode;

import java.util.random.RandomGenerator;

/**
 * Chooses the next token from its scores, in the order of transformers' warpers: the temperature first, then the {@code topK} likeliest, then the
 * smallest set of the likeliest that holds {@code topP} of the probability (Holtzman et al. 2020), then those that have {@code minP} of the
 * likeliest one's probability (Nguyen et al. 2024), then one draw among those left.
 *
 * @param temperature divides the scores; 0 always takes the likeliest token
 * @param topK how many of the likeliest to draw from, with all that tie with the last; 0 for all
 * @param topP share of the probability to draw from, in (0, 1]; 1 for all
 * @param minP least probability, as a share of the likeliest token's, in [0, 1]; 0 for all
 */
public record Sampler(double temperature, int topK, double topP, double minP) {

    private static final float GONE = Float.NEGATIVE_INFINITY;

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
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("minP must be 0 (all) to 1, got " + minP);
        }
    }

    /** Without a least probability. */
    public Sampler(double temperature, int topK, double topP) {
        this(temperature, topK, topP, 0);
    }

    /** Always the likeliest token. */
    public static Sampler greedy() {
        return new Sampler(0, 0, 1);
    }

    /** Whether it draws; the likeliest token needs no draw. */
    public boolean draws() {
        return temperature > 0;
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
        float[] warped = warped(scores);
        int[] order = candidates(warped);
        double[] weights = new double[order.length];
        double total = 0;
        for (int i = 0; i < order.length; i++) {
            weights[i] = Math.exp((double) warped[order[i]] - warped[best]);
            total += weights[i];
        }
        double at = random.nextDouble() * total;
        for (int i = 0; i < order.length; i++) {
            at -= weights[i];
            if (at < 0 && weights[i] > 0) {
                return order[i];
            }
        }
        return best; // rounding left a crumb at the end
    }

    /** The scores whose softmax is drawn from: -∞ for tokens that are left out. In float32, so that ties fall as in the reference. */
    float[] warped(float[] scores) {
        float[] warped = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            warped[i] = Float.isNaN(scores[i]) ? GONE : scores[i] / (float) temperature;
        }
        if (topK > 0 && topK < warped.length) {
            int[] top = TopScores.of(warped, topK);
            float last = warped[top[topK - 1]];
            drop(warped, last);
        }
        if (topP < 1) {
            keepShare(warped);
        }
        if (minP > 0) {
            float[] p = probabilities(warped);
            float least = (float) minP * p[best(warped)];
            int best = best(warped);
            for (int i = 0; i < p.length; i++) {
                warped[i] = p[i] < least && i != best ? GONE : warped[i];
            }
        }
        return warped;
    }

    private static void drop(float[] scores, float below) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = scores[i] < below ? GONE : scores[i];
        }
    }

    /** From the unlikeliest up, tokens go while together they have at most 1 - topP; of equal ones the first goes first. */
    private void keepShare(float[] scores) {
        float[] p = probabilities(scores);
        int[] order = TopScores.ascending(scores);
        float most = (float) (1 - topP);
        double sum = 0;
        for (int i = 0; i < order.length - 1; i++) {
            sum += p[order[i]];
            if ((float) sum <= most) {
                scores[order[i]] = GONE;
            }
        }
    }

    private static float[] probabilities(float[] scores) {
        float max = scores[best(scores)];
        double sum = 0;
        double[] weights = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            weights[i] = Math.exp((double) scores[i] - max);
            sum += weights[i];
        }
        float[] p = new float[scores.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = (float) (weights[i] / sum);
        }
        return p;
    }

    /** Tokens to draw from, the likeliest first where some were left out. */
    private int[] candidates(float[] warped) {
        if (topK == 0 && topP == 1) {
            int[] all = new int[warped.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            return all;
        }
        int left = 0;
        for (float score : warped) {
            left += score > GONE ? 1 : 0;
        }
        return TopScores.of(warped, left);
    }

    private static int best(float[] scores) {
        int best = -1;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > GONE && (best < 0 || scores[i] > scores[best])) {
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
