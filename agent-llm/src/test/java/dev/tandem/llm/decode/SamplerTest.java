package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final int DRAWS = 20_000;
    private static final double SAMPLING_ERROR = 0.015; // more than four standard deviations

    private static double[] shares(Sampler sampler, float... scores) {
        SplittableRandom random = new SplittableRandom(1);
        double[] shares = new double[scores.length];
        for (int i = 0; i < DRAWS; i++) {
            shares[sampler.pick(scores, random)] += 1.0 / DRAWS;
        }
        return shares;
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(probabilities[i]) + 7;
        }
        return logs;
    }

    @Test
    void greedyTakesTheFirstOfTheLikeliest() {
        assertEquals(1, Sampler.greedy().pick(new float[] {-5, 3, 3, Float.NaN}, new SplittableRandom(1)));
    }

    @Test
    void drawsInProportion() {
        assertArrayEquals(
                new double[] {0.5, 0.2, 0.3, 0}, shares(new Sampler(1, 0, 1), logs(0.5, 0.2, 0.3, 0)), SAMPLING_ERROR);
    }

    @Test
    void temperatureSharpens() {
        double[] squares = {0.25 / 0.38, 0.04 / 0.38, 0.09 / 0.38};
        assertArrayEquals(squares, shares(new Sampler(0.5, 0, 1), logs(0.5, 0.2, 0.3)), SAMPLING_ERROR);
    }

    @Test
    void topKKeepsTheLikeliest() {
        assertArrayEquals(
                new double[] {0.625, 0, 0.375}, shares(new Sampler(1, 2, 1), logs(0.5, 0.2, 0.3)), SAMPLING_ERROR);
    }

    @Test
    void topPKeepsTheSmallestSetThatHoldsItsShare() {
        float[] scores = logs(0.5, 0.2, 0.3);
        assertArrayEquals(new double[] {1, 0, 0}, shares(new Sampler(1, 0, 0.45), scores), 1e-9);
        assertArrayEquals(new double[] {0.625, 0, 0.375}, shares(new Sampler(1, 0, 0.79), scores), SAMPLING_ERROR);
        assertArrayEquals(new double[] {0.5, 0.2, 0.3}, shares(new Sampler(1, 0, 0.81), scores), SAMPLING_ERROR);
    }

    @Test
    void saysWhenNothingCanFollow() {
        float[] none = {Float.NaN, Float.NEGATIVE_INFINITY};
        assertThrows(IllegalStateException.class, () -> Sampler.greedy().pick(none, new SplittableRandom(1)));
    }

    @Test
    void topScoresAreSortedAndTheFirstOfEqualsComesFirst() {
        float[] scores = {-1, 4, Float.NEGATIVE_INFINITY, 4, 0, -0.0f, -2, Float.NaN, 9};
        assertArrayEquals(new int[] {8, 1, 3, 4, 5, 0}, TopScores.of(scores, 6));
        assertArrayEquals(new int[] {8, 1, 3, 4, 5, 0, 6, 2, 7}, TopScores.of(scores, 20));
    }
}
