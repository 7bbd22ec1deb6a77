package dev.tandem.samples.probe;

import dev.tandem.samples.probe.Position.Substitution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well an estimator knows what a substitution does.
 *
 * @param estimator its name
 * @param noises how many pairs of noise and time step it had
 * @param overall rank correlation over all substitutions
 * @param overallLow lower end of its 95 % bootstrap interval over places
 * @param overallHigh upper end
 * @param within mean over places of the rank correlation at a place
 * @param withinLow lower end of its interval
 * @param withinHigh upper end
 * @param sign share of the changes whose sign is right; one that is predicted as nothing counts half
 * @param bestLowers share of the places where the substitution that promises most does lower the loss
 * @param finds share of the wrong words where the true one promises most
 */
record Measures(
        String estimator,
        int noises,
        double overall,
        double overallLow,
        double overallHigh,
        double within,
        double withinLow,
        double withinHigh,
        double sign,
        double bestLowers,
        double finds) {

    private static final int RESAMPLES = 1000;
    private static final long SEED = 20_261_127;

    /** A change that is predicted, and the true one. */
    private record Pair(double predicted, double change) {}

    /** A place's pairs. */
    private record Place(List<Pair> pairs, int truth) {}

    /**
     * Measures an estimator.
     *
     * @param noises how many it has: the first ones
     * @param fresh whether true changes are those under noises that no estimator has seen, as is what training is after; else under the
     *     same ones
     */
    static Measures of(List<Position> positions, String estimator, int noises, boolean fresh) {
        List<Place> places = new ArrayList<>();
        for (Position position : positions) {
            List<Pair> pairs = new ArrayList<>();
            int truth = -1;
            for (int s = 0; s < position.substitutions().size(); s++) {
                Substitution each = position.substitutions().get(s);
                double[] predicted = each.predicted().get(estimator);
                double[] change = each.change();
                if (predicted == null) {
                    continue; // vectors say nothing of a caption of another length
                }
                truth = s == position.truth() ? pairs.size() : truth;
                pairs.add(new Pair(
                        Vectors.mean(predicted, 0, noises),
                        fresh
                                ? Vectors.mean(change, change.length / 2, change.length)
                                : Vectors.mean(change, 0, noises)));
            }
            if (pairs.size() > 1) {
                places.add(new Place(pairs, truth));
            }
        }
        ToDoubleFunction<List<Place>> overall = some ->
                correlation(some.stream().flatMap(p -> p.pairs().stream()).toList());
        ToDoubleFunction<List<Place>> within = some ->
                some.stream().mapToDouble(p -> correlation(p.pairs())).average().orElse(0);
        double[] all = interval(places, overall);
        double[] own = interval(places, within);
        return new Measures(
                estimator,
                noises,
                overall.applyAsDouble(places),
                all[0],
                all[1],
                within.applyAsDouble(places),
                own[0],
                own[1],
                places.stream()
                        .flatMap(p -> p.pairs().stream())
                        .mapToDouble(p -> p.predicted() == 0
                                ? 0.5
                                : Math.signum(p.predicted()) == Math.signum(p.change()) ? 1 : 0)
                        .average()
                        .orElse(0),
                places.stream().mapToDouble(Measures::bestLowers).average().orElse(0),
                places.stream()
                        .filter(p -> p.truth() >= 0)
                        .mapToDouble(Measures::finds)
                        .average()
                        .orElse(0));
    }

    /** Rank correlation, by percent of the way from a token to another, of what the gradient of the vectors says of it. */
    static Map<Integer, Double> byWay(List<Position> positions) {
        Map<Integer, Double> result = new LinkedHashMap<>();
        for (int percent : Probe.PERCENT) {
            List<Pair> pairs = positions.stream()
                    .flatMap(p -> p.substitutions().stream())
                    .filter(s -> s.part().containsKey(percent))
                    .map(s -> {
                        double[] change = s.part().get(percent);
                        return new Pair(
                                Vectors.mean(
                                        Objects.requireNonNull(s.predicted().get("embedding")), 0, change.length),
                                Vectors.mean(change, 0, change.length));
                    })
                    .toList();
            result.put(percent, correlation(pairs));
        }
        return result;
    }

    private static double correlation(List<Pair> pairs) {
        return RankCorrelation.of(
                pairs.stream().mapToDouble(Pair::predicted).toArray(),
                pairs.stream().mapToDouble(Pair::change).toArray());
    }

    private static double bestLowers(Place place) {
        return best(place, p -> place.pairs().get(p).change() < 0 ? 1 : 0);
    }

    private static double finds(Place place) {
        return best(place, p -> p == place.truth() ? 1 : 0);
    }

    /** The mean over those that promise most; more than one where the estimator makes no difference. */
    private static double best(Place place, IntToDoubleFunction value) {
        double lowest =
                place.pairs().stream().mapToDouble(Pair::predicted).min().orElseThrow();
        return IntStream.range(0, place.pairs().size())
                .filter(p -> place.pairs().get(p).predicted() == lowest)
                .mapToDouble(value)
                .average()
                .orElseThrow();
    }

    private static double[] interval(List<Place> places, ToDoubleFunction<List<Place>> measure) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            List<Place> drawn = new ArrayList<>();
            for (int i = 0; i < places.size(); i++) {
                drawn.add(places.get(random.nextInt(places.size())));
            }
            values[r] = measure.applyAsDouble(drawn);
        }
        Arrays.sort(values);
        return new double[] {values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40]};
    }
}
