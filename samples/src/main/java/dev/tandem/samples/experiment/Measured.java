package dev.tandem.samples.experiment;

import dev.tandem.samples.evaluate.DialogueScore;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures of the runs of one variant, and their differences from another's. Measures of dialogues are taken over the dialogues of all seeds
 * together, and intervals are percentiles of a paired bootstrap: dialogues are drawn again, the same ones for both variants and all
 * seeds. Measures of sets of pictures are means over seeds (not a number where a run shared too few), and their intervals reach from the least to the largest difference of a seed.
 */
final class Measured {

    private static final int RESAMPLES = 1000;
    private static final long SEED = 20_240_901;
    private static final List<String> PICTURE_MEASURES = List.of("judge_is", "judge_fid", "judge_kid");

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
        if (!PICTURE_MEASURES.contains(measure) && !DialogueScore.MEASURES.containsKey(measure)) {
            throw new IllegalArgumentException("unknown measure '" + measure + "'; known are "
                    + DialogueScore.MEASURES.keySet() + " and " + PICTURE_MEASURES);
        }
    }

    /** Whether it is a share from 0 to 1. */
    static boolean isShare(String measure) {
        return !PICTURE_MEASURES.contains(measure) && !measure.matches(".*_(bleu_[12]|rouge_l)");
    }

    /** Its name for people; shares in percent. */
    static String label(String measure) {
        String text = measure.replace("bleu_1", "BLEU-1")
                .replace("bleu_2", "BLEU-2")
                .replace("rouge_l", "ROUGE-L")
                .replace("judge_is", "judge-IS")
                .replace("judge_fid", "judge-FID")
                .replace("judge_kid", "judge-KID")
                .replaceFirst("^sight$", "answers about photos")
                .replace("photo_turn_f1", "photo turns, F1")
                .replaceFirst("^(caption|picture_as_told|picture)_(subject|place|count)$", "$1: $2")
                .replace('_', ' ')
                .replaceFirst("^(agent|user) (.*)$", "$2 ($1)");
        return isShare(measure) ? text + ", %" : text;
    }

    /** The measure of a variant's runs, one for each seed. */
    static double value(List<RunResult> seeds, String measure) {
        if (PICTURE_MEASURES.contains(measure)) {
            return seeds.stream()
                    .mapToDouble(r -> picture(r, measure))
                    .average()
                    .orElse(Double.NaN);
        }
        List<DialogueScore> scores = bySeeds(seeds);
        return of(measure).applyAsDouble(sum(scores, all(scores)));
    }

    /** The difference of a variant's measure from another's; runs of the same seed in the same place. */
    static Difference difference(List<RunResult> variant, List<RunResult> baseline, String measure) {
        double value = value(variant, measure) - value(baseline, measure);
        if (PICTURE_MEASURES.contains(measure)) {
            double[] each = IntStream.range(0, variant.size())
                    .mapToDouble(s -> picture(variant.get(s), measure) - picture(baseline.get(s), measure))
                    .sorted()
                    .toArray();
            return new Difference(value, each[0], each[each.length - 1]);
        }
        ToDoubleFunction<DialogueScore> function = of(measure);
        List<DialogueScore> mine = bySeeds(variant);
        List<DialogueScore> theirs = bySeeds(baseline);
        if (mine.size() != theirs.size()) {
            throw new IllegalArgumentException("runs were measured on " + mine.size() + " and " + theirs.size()
                    + " dialogues; they cannot be compared");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        for (int i = 0; i < values.length; i++) {
            int[] drawn = IntStream.generate(() -> random.nextInt(mine.size()))
                    .limit(mine.size())
                    .toArray();
            values[i] = function.applyAsDouble(sum(mine, drawn)) - function.applyAsDouble(sum(theirs, drawn));
        }
        Arrays.sort(values);
        int tail = (int) (0.025 * RESAMPLES);
        return new Difference(value, values[tail], values[RESAMPLES - 1 - tail]);
    }

    /** Not a number where too few pictures were shared to measure them. */
    private static double picture(RunResult run, String measure) {
        return run.pictures().getOrDefault(measure, Double.NaN);
    }

    private static ToDoubleFunction<DialogueScore> of(String measure) {
        return Objects.requireNonNull(DialogueScore.MEASURES.get(measure), measure);
    }

    private static int[] all(List<DialogueScore> scores) {
        return IntStream.range(0, scores.size()).toArray();
    }

    private static DialogueScore sum(List<DialogueScore> scores, int[] indices) {
        double[] sum = new double[DialogueScore.COLUMNS.size()];
        for (int index : indices) {
            List<Double> counts = scores.get(index).counts();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += counts.get(i);
            }
        }
        return new DialogueScore(Arrays.stream(sum).boxed().toList());
    }

    /** Each dialogue's counts of all seeds: every seed is measured on the same dialogues. */
    private static List<DialogueScore> bySeeds(List<RunResult> seeds) {
        int dialogues = seeds.get(0).scores().size();
        for (RunResult run : seeds) {
            if (run.scores().size() != dialogues) {
                throw new IllegalArgumentException("runs were measured on " + dialogues + " and "
                        + run.scores().size() + " dialogues; they cannot be compared");
            }
        }
        return IntStream.range(0, dialogues)
                .mapToObj(d -> seeds.stream()
                        .map(run -> run.scores().get(d))
                        .reduce(DialogueScore.none(), DialogueScore::plus))
                .toList();
    }
}
