package dev.tandem.samples.experiment;

import dev.tandem.samples.evaluate.DialogueScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures of the runs of one variant, and their differences from another's. Measures of dialogues are taken over the dialogues of all seeds
 * together, and intervals are percentiles of a paired bootstrap: dialogues are drawn again, the same ones for both variants and all
 * seeds. Measures of sets of pictures are means over seeds, and their intervals reach from the least to the largest difference of a seed.
 */
final class Measured {

    private static final int RESAMPLES = 1000;
    private static final long SEED = 20_240_901;
    private static final String PICTURES = "judge_";

    private Measured() {}

    /**
     * A difference.
     *
     * @param value the difference of the measures
     * @param low where the interval begins
     * @param high where it ends
     */
    record Difference(double value, double low, double high) {

        /** Whether 0 lies outside. */
        boolean clear() {
            return low > 0 || high < 0;
        }
    }

    /** Refuses what is no measure. */
    static void require(String measure) {
        if (!measure.startsWith(PICTURES) && !DialogueScore.MEASURES.containsKey(measure)) {
            throw new IllegalArgumentException("unknown measure '" + measure + "'; known are "
                    + DialogueScore.MEASURES.keySet() + " and judge_is, judge_fid, judge_kid");
        }
    }

    /** The measure of a variant's runs, one for each seed. */
    static double value(List<RunResult> seeds, String measure) {
        if (measure.startsWith(PICTURES)) {
            return seeds.stream().mapToDouble(r -> picture(r, measure)).average().orElse(Double.NaN);
        }
        return of(measure).applyAsDouble(sum(seeds, all(seeds)));
    }

    /** The difference of a variant's measure from another's; runs of the same seed in the same place. */
    static Difference difference(List<RunResult> variant, List<RunResult> baseline, String measure) {
        double value = value(variant, measure) - value(baseline, measure);
        if (measure.startsWith(PICTURES)) {
            double[] each = IntStream.range(0, variant.size())
                    .mapToDouble(s -> picture(variant.get(s), measure) - picture(baseline.get(s), measure))
                    .sorted()
                    .toArray();
            return new Difference(value, each[0], each[each.length - 1]);
        }
        ToDoubleFunction<DialogueScore> function = of(measure);
        int[] all = all(variant);
        if (all.length != all(baseline).length) {
            throw new IllegalArgumentException(
                    "runs were measured on " + all.length + " and " + all(baseline).length + " dialogues; they cannot be compared");
        }
        List<DialogueScore> mine = bySeeds(variant);
        List<DialogueScore> theirs = bySeeds(baseline);
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        for (int i = 0; i < values.length; i++) {
            int[] drawn = IntStream.generate(() -> random.nextInt(all.length)).limit(all.length).toArray();
            values[i] = function.applyAsDouble(sum(mine, drawn)) - function.applyAsDouble(sum(theirs, drawn));
        }
        java.util.Arrays.sort(values);
        int tail = (int) (0.025 * RESAMPLES);
        return new Difference(value, values[tail], values[RESAMPLES - 1 - tail]);
    }
}
