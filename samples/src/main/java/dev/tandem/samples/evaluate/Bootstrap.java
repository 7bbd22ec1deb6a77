package dev.tandem.samples.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Percentile intervals by the bootstrap (Efron 1979): dialogues are drawn again with replacement, because the turns of one dialogue are not
 * independent of each other.
 */
final class Bootstrap {

    private static final int RESAMPLES = 1000;
    private static final double TAIL = 0.025;
    private static final long SEED = 20_240_901;

    /**
     * A 95 % interval.
     *
     * @param low 2.5th percentile
     * @param high 97.5th percentile
     */
    record Interval(double low, double high) {}

    private Bootstrap() {}

    /** The interval of a measure over dialogues. */
    static Interval interval(List<Tally> dialogues, ToDoubleFunction<Tally> measure) {
        if (dialogues.isEmpty()) {
            throw new IllegalArgumentException("an interval needs at least one dialogue");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            Tally sum = Tally.none();
            for (int j = 0; j < dialogues.size(); j++) {
                sum = sum.plus(dialogues.get(random.nextInt(dialogues.size())));
            }
            values[i] = measure.applyAsDouble(sum);
        }
        Arrays.sort(values);
        return new Interval(values[(int) (TAIL * RESAMPLES)], values[(int) ((1 - TAIL) * RESAMPLES) - 1]);
    }
}
