package dev.tandem.samples.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Percentile intervals by the bootstrap (Efron 1979): dialogues are drawn again with replacement, because the turns of one dialogue are not
 * independent of each other. Distances between sets of pictures are no means over dialogues; for them pictures are drawn again.
 */
final class Bootstrap {

    private static final int RESAMPLES = 1000;
    private static final int PICTURE_RESAMPLES = 200;
    private static final double TAIL = 0.025;
    private static final long SEED = 20_240_901;

    /**
     * A 95 % interval.
     *
     * @param low 2.5th percentile
     * @param high 97.5th percentile
     */
    record Interval(double low, double high) {

        /** Of a measure that is never below 0. */
        Interval notNegative() {
            return new Interval(Math.max(0, low), Math.max(0, high));
        }
    }

    private Bootstrap() {}

    /** The interval of a measure over dialogues. */
    static Interval interval(List<Tally> dialogues, ToDoubleFunction<Tally> measure) {
        return interval(dialogues, Tally.none(), Tally::plus, measure);
    }

    /**
     * The interval of a measure over dialogues.
     *
     * @param dialogues what is known of each
     * @param none of no dialogue
     * @param plus of several
     */
    static <T> Interval interval(
            List<T> dialogues, T none, BinaryOperator<T> plus, ToDoubleFunction<? super T> measure) {
        if (dialogues.isEmpty()) {
            throw new IllegalArgumentException("an interval needs at least one dialogue");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            T sum = none;
            for (int j = 0; j < dialogues.size(); j++) {
                sum = plus.apply(sum, dialogues.get(random.nextInt(dialogues.size())));
            }
            values[i] = measure.applyAsDouble(sum);
        }
        return percentiles(values, 0);
    }

    /**
     * The interval of a measure of two sets of pictures. Resamples repeat pictures, which makes sets look farther apart and less varied than
     * they are; so the interval is moved by the difference of the value and the mean over the resamples.
     *
     * @param first number of pictures in the first set, at least 2
     * @param second in the second set, at least 2
     * @param value the measure of all
     * @param measure of the pictures of two lists of indices
     */
    static Interval pictures(int first, int second, double value, ToDoubleBiFunction<int[], int[]> measure) {
        if (first < 2 || second < 2) {
            throw new IllegalArgumentException(
                    "an interval needs at least two pictures of each kind, got " + first + " and " + second);
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[PICTURE_RESAMPLES];
        for (int i = 0; i < values.length; i++) {
            values[i] = measure.applyAsDouble(resample(first, random), resample(second, random));
        }
        return percentiles(values, value - Arrays.stream(values).average().orElse(value));
    }

    /** n of n, with repetition; at least two are different, or nothing would vary. */
    private static int[] resample(int n, SplittableRandom random) {
        int[] indices = new int[n];
        do {
            Arrays.setAll(indices, i -> random.nextInt(n));
        } while (Arrays.stream(indices).allMatch(i -> i == indices[0]));
        return indices;
    }

    private static Interval percentiles(double[] values, double moved) {
        Arrays.sort(values);
        int tail = (int) (TAIL * values.length);
        return new Interval(values[tail] + moved, values[(int) ((1 - TAIL) * values.length) - 1] + moved);
    }
}
