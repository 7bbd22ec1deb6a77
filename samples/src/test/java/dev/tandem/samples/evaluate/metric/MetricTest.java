package dev.tandem.samples.evaluate.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.samples.evaluate.metric.TextOverlap.Spoken;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The measures are those of published implementations; samples/reference/make_metrics.py wrote the expected values. */
class MetricTest {

    private static final double RELATIVE = 1e-7;

    @Test
    void textsScoreAsInThePublishedCode() throws IOException {
        JsonNode cases = expected("texts");
        for (JsonNode each : cases) {
            TextOverlap overlap = TextOverlap.none();
            for (JsonNode turn : each.path("turns")) {
                overlap = overlap.plus(
                        TextOverlap.of(turn.path(0).asText(), turn.path(1).asText()));
            }
            assertEquals(each.path("bleu1").asDouble(), overlap.bleu1(), 1e-9, each.toString());
            assertEquals(each.path("bleu2").asDouble(), overlap.bleu2(), 1e-9, each.toString());
            assertEquals(each.path("rougeL").asDouble(), overlap.rougeL(), 1e-9, each.toString());
        }
    }

    @Test
    void speakersAreScoredApart() {
        Map<Speaker, TextOverlap> overlaps = TextOverlap.bySpeaker(List.of(
                new Spoken(Speaker.USER, "a b", "a b"),
                new Spoken(Speaker.AGENT, "a b", "c d"),
                new Spoken(Speaker.AGENT, "c d", "c d")));
        assertEquals(100, overlaps.get(Speaker.USER).bleu1(), 1e-9);
        assertEquals(50, overlaps.get(Speaker.AGENT).bleu1(), 1e-9);
        assertEquals(2, overlaps.get(Speaker.AGENT).turns());
    }

    @Test
    void distancesAreThoseOfTheReferences() throws IOException {
        for (JsonNode each : expected("pictures")) {
            int width = each.path("width").asInt();
            double[][] a = features(each.path("n").asInt(), width, 1);
            double[][] b = features(each.path("m").asInt(), width, 2.5);
            double frechet = each.path("frechet").asDouble();
            assertEquals(frechet, FrechetDistance.of(a, b), RELATIVE * Math.abs(frechet), each.toString());
            assertEquals(frechet, FrechetDistance.of(b, a), RELATIVE * Math.abs(frechet), each.toString());
            double kernel = each.path("kernel").asDouble();
            assertEquals(kernel, KernelDistance.between(a, b).all(), RELATIVE * Math.abs(kernel), each.toString());
        }
    }

    @Test
    void inceptionScoresAreThoseOfTheReference() throws IOException {
        for (JsonNode each : expected("inception")) {
            double[][] p =
                    probabilities(each.path("n").asInt(), each.path("classes").asInt());
            InceptionScore score = InceptionScore.of(p, each.path("parts").asInt());
            assertEquals(each.path("mean").asDouble(), score.mean(), 1e-9, each.toString());
            assertEquals(each.path("deviation").asDouble(), score.deviation(), 1e-9, each.toString());
        }
    }

    @Test
    void theSamePicturesAreNotApart() {
        double[][] a = features(60, 20, 1);
        double size =
                Arrays.stream(a).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
        assertEquals(0, FrechetDistance.of(a, a), 1e-9 * size);
        double[][] moved = Arrays.stream(a)
                .map(row -> Arrays.stream(row).map(v -> v + 0.5).toArray())
                .toArray(double[][]::new);
        assertEquals(20 * 0.25, FrechetDistance.of(a, moved), 1e-9 * size, "only the means differ");
    }

    @Test
    void eigenvaluesOfKnownMatrices() {
        assertArrayEquals(new double[] {7}, SymmetricEigenvalues.of(new double[][] {{7}}));
        assertArrayEquals(new double[0], SymmetricEigenvalues.of(new double[0][0]));
        // second differences: 2 - 2 cos(k pi / (n + 1))
        int n = 50;
        double[][] chain = new double[n][n];
        for (int i = 0; i < n; i++) {
            chain[i][i] = 2;
            if (i > 0) {
                chain[i][i - 1] = -1;
                chain[i - 1][i] = -1;
            }
        }
        double[] found = sorted(SymmetricEigenvalues.of(chain));
        for (int k = 1; k <= n; k++) {
            assertEquals(2 - 2 * Math.cos(k * Math.PI / (n + 1)), found[k - 1], 1e-13);
        }
        // all ones: n once, 0 else
        double[][] ones = new double[n][n];
        Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
        double[] values = sorted(SymmetricEigenvalues.of(ones));
        assertEquals(n, values[n - 1], 1e-12);
        assertEquals(0, values[n - 2], 1e-12);
        assertEquals(0, values[0], 1e-12);
    }

    @Test
    void subsetsOfAllPicturesAreAllPictures() {
        KernelDistance distance = KernelDistance.between(features(12, 8, 1), features(12, 8, 2.5));
        KernelDistance.Estimate same = distance.subsets(5, 12, new SplittableRandom(1));
        assertEquals(distance.all(), same.mean(), 1e-9 * Math.abs(distance.all()));
        KernelDistance.Estimate parts = distance.subsets(4000, 6, new SplittableRandom(1));
        // an unbiased estimate: the mean over subsets is the estimate of all
        double error = parts.deviation() / Math.sqrt(4000);
        assertTrue(parts.deviation() > 0);
        assertEquals(distance.all(), parts.mean(), 5 * error);
        assertThrows(IllegalArgumentException.class, () -> distance.subsets(1, 13, new SplittableRandom(1)));
    }

    @Test
    void aPictureChosenTwiceIsNotComparedWithItself() {
        double[][] a = features(2, 5, 1);
        KernelDistance distance = KernelDistance.between(a, features(2, 5, 2.5));
        assertEquals(distance.all(), distance.of(new int[] {0, 0, 1, 1}, new int[] {0, 1}), 1e-9);
    }

    @Test
    void whatIsNoSetOfPicturesIsRefused() {
        double[][] one = features(1, 5, 1);
        double[][] two = features(2, 5, 1);
        assertThrows(IllegalArgumentException.class, () -> FrechetDistance.of(one, two));
        assertThrows(IllegalArgumentException.class, () -> KernelDistance.between(two, features(2, 4, 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> FrechetDistance.of(two, new double[][] {{1, 2, 3, 4, Double.NaN}, {1, 2, 3, 4, 5}}));
        assertThrows(IllegalArgumentException.class, () -> InceptionScore.of(two, 1), "rows that do not sum to 1");
        assertThrows(IllegalArgumentException.class, () -> InceptionScore.of(new double[][] {{0.5, 0.5}}, 2));
    }

    @Test
    void sureAndVariedPicturesScoreTheNumberOfClasses() {
        assertEquals(
                3,
                InceptionScore.of(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 1)
                        .mean(),
                1e-12);
        assertEquals(1, InceptionScore.of(new double[][] {{1, 0}, {1, 0}}, 1).mean(), 1e-12);
    }

    @Test
    void clipScoresAreAHundredTimesTheMeanCosine() {
        assertEquals(30, ClipScore.of(0.2).plus(ClipScore.of(0.4)).value(), 1e-12);
        assertEquals(0, ClipScore.of(-0.2).value());
        assertEquals(0, ClipScore.none().value());
    }

    private static double[] sorted(double[] values) {
        Arrays.sort(values);
        return values;
    }

    /** The same formula as in the script. */
    private static double[][] features(int pictures, int width, double salt) {
        double[][] rows = new double[pictures][width];
        for (int i = 0; i < pictures; i++) {
            for (int j = 0; j < width; j++) {
                rows[i][j] = Math.sin(1.7 * (i + 1) * (j + 1) + salt)
                        + 0.3 * Math.cos(0.9 * (i + 2) * (j + 3) * salt)
                        + 0.1 * salt;
            }
        }
        return rows;
    }

    private static double[][] probabilities(int pictures, int classes) {
        double[][] rows = features(pictures, classes, 1);
        for (double[] row : rows) {
            double sum = Arrays.stream(row).map(v -> Math.exp(2 * v)).sum();
            Arrays.setAll(row, k -> Math.exp(2 * row[k]) / sum);
        }
        return rows;
    }

    private static JsonNode expected(String group) throws IOException {
        try (InputStream in = MetricTest.class.getResourceAsStream("metrics.json")) {
            JsonNode cases = new ObjectMapper().readTree(in).path(group);
            assertFalse(cases.isEmpty());
            return cases;
        }
    }

    /** From products and from covariances, with repetition, more pictures on either side, and features far from 0. */
    @Test
    void resampledFrechetDistancesAreThoseOfTheResamples() {
        SplittableRandom random = new SplittableRandom(3);
        double[][] a = new double[9][40];
        double[][] b = new double[14][40];
        for (double[][] set : List.of(a, b)) {
            for (double[] row : set) {
                Arrays.setAll(row, k -> 50 + k + random.nextGaussian() * (1 + set.length));
            }
        }
        int[] i = {0, 1, 1, 4, 8, 8, 3};
        int[] j = {13, 2, 2, 5, 6, 7, 8, 9, 13, 0, 1};
        double[][] chosenA = Arrays.stream(i).mapToObj(k -> a[k]).toArray(double[][]::new);
        double[][] chosenB = Arrays.stream(j).mapToObj(k -> b[k]).toArray(double[][]::new);
        assertEquals(
                FrechetDistance.of(chosenA, chosenB),
                FrechetResamples.between(a, b).of(i, j),
                1e-3);
        assertEquals(
                FrechetDistance.of(chosenB, chosenA),
                FrechetResamples.between(b, a).of(j, i),
                1e-3);
        assertEquals(
                FrechetDistance.of(a, b),
                FrechetResamples.between(a, b).of(Resample.identity(a.length), Resample.identity(b.length)),
                1e-3);
        // as many pictures as features
        double[][] narrow = Arrays.stream(a).map(row -> Arrays.copyOf(row, 3)).toArray(double[][]::new);
        double[][] others = Arrays.stream(b).map(row -> Arrays.copyOf(row, 3)).toArray(double[][]::new);
        assertEquals(
                FrechetDistance.of(narrow, others),
                FrechetResamples.between(narrow, others).of(Resample.identity(a.length), Resample.identity(b.length)));
    }
}
