package dev.tandem.bridge.condition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.ToyVocabularies;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gradient from candidates against finite differences of the expected loss, with every token enumerated. */
class CandidatesTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    private final ToyVocabularies.Decoder decoder = new ToyVocabularies.Decoder();
    private final int vocabulary = decoder.vocabularySize();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Logits at which the two special tokens are out of the question. */
    private float[] logits(int rows) {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[rows * vocabulary];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % vocabulary < 2 ? -60 : (float) random.nextGaussian();
        }
        return values;
    }

    private List<Integer> chosen(float[] logits, int rows) {
        return Arrays.stream(ENGINE.tensor(logits, rows, vocabulary).argmax(-1).toLongArray())
                .mapToObj(Math::toIntExact)
                .toList();
    }

    /** Some loss of a caption. */
    private static float loss(List<Integer> caption) {
        return (float) Math.sin(1.7 * caption.get(0) + (caption.size() > 1 ? 0.9 * caption.get(1) : 0));
    }

    private static float[] losses(Candidates.Drawn drawn) {
        float[] losses = new float[drawn.captions().size()];
        for (int a = 0; a < losses.length; a++) {
            losses[a] = loss(drawn.captions().get(a));
        }
        return losses;
    }

    /** The expected loss where one row is drawn by its softmax and the others say what they say. */
    private double expected(float[] logits, int row, List<Integer> chosen) {
        double sum = 0;
        double mass = 0;
        for (int v = 0; v < vocabulary; v++) {
            List<Integer> caption = new java.util.ArrayList<>(chosen);
            caption.set(row, v);
            double weight = Math.exp(logits[row * vocabulary + v]);
            sum += weight * loss(caption);
            mass += weight;
        }
        return sum / mass;
    }

    @Test
    void withAllTokensTriedItIsTheGradientOfTheExpectedLoss() {
        float[] logits = logits(1);
        List<Integer> chosen = chosen(logits, 1);
        Candidates.Drawn drawn = new Candidates(decoder, vocabulary)
                .draw(LogitRows.of(ENGINE.tensor(logits, 1, vocabulary)), List.of(1), chosen, new SplittableRandom(1));
        float[] gradient =
                drawn.gradient(ENGINE, 1, vocabulary, losses(drawn)).dense().toFloatArray();
        for (int v = 0; v < vocabulary; v++) {
            float[] up = logits.clone();
            up[v] += 1e-2f;
            float[] down = logits.clone();
            down[v] -= 1e-2f;
            double numeric = (expected(up, 0, chosen) - expected(down, 0, chosen)) / (up[v] - down[v]);
            assertEquals(numeric, gradient[v], 2e-5);
        }
    }

    @Test
    void placesAreDrawnWithoutBias() {
        float[] logits = logits(2);
        List<Integer> chosen = chosen(logits, 2);
        Tensor rows = ENGINE.tensor(logits, 2, vocabulary);
        Candidates all = new Candidates(decoder, vocabulary);
        int draws = 4000;
        SplittableRandom random = new SplittableRandom(3);
        double[] mean = new double[2 * vocabulary];
        for (int d = 0; d < draws; d++) {
            try (Scope own = ENGINE.scope()) {
                Candidates.Drawn drawn = all.draw(LogitRows.of(rows), List.of(2), chosen, random);
                float[] gradient = drawn.gradient(ENGINE, 2, vocabulary, losses(drawn))
                        .dense()
                        .toFloatArray();
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += gradient[i] / draws;
                }
            }
        }
        double largest = 0;
        double furthest = 0;
        for (int i = 0; i < mean.length; i++) {
            int row = i / vocabulary;
            float[] up = logits.clone();
            up[i] += 1e-2f;
            float[] down = logits.clone();
            down[i] -= 1e-2f;
            double numeric = (expected(up, row, chosen) - expected(down, row, chosen)) / (up[i] - down[i]);
            largest = Math.max(largest, Math.abs(numeric));
            furthest = Math.max(furthest, Math.abs(mean[i] - numeric));
        }
        assertTrue(furthest < 0.05 * largest, furthest + " of " + largest);
    }

    @Test
    void theChosenTokenAndTheLikeliestAreTriedAndSpecialOnesAreNot() {
        float[] logits = new float[3 * vocabulary];
        logits[0] = 9; // a special token
        logits[7] = 8;
        logits[8] = 7;
        List<Integer> chosen = List.of(5, 0, 6);
        Candidates.Drawn drawn = new Candidates(decoder, 3)
                .draw(
                        LogitRows.of(ENGINE.tensor(logits, 3, vocabulary)),
                        List.of(1, 0, 2),
                        chosen,
                        new SplittableRandom(1));
        assertEquals(List.of(0, 0, 0, 2, 2, 2), drawn.owners());
        assertEquals(
                List.of(List.of(5), List.of(7), List.of(8)), drawn.captions().subList(0, 3));
        Set<Integer> firsts = new HashSet<>();
        drawn.captions().subList(3, 6).forEach(c -> firsts.add(c.size()));
        assertEquals(Set.of(2), firsts);
    }

    @Test
    void equalLossesGiveNoGradient() {
        Candidates.Drawn drawn = new Candidates(decoder, 4)
                .draw(
                        LogitRows.of(ENGINE.tensor(logits(1), 1, vocabulary)),
                        List.of(1),
                        List.of(5),
                        new SplittableRandom(1));
        float[] gradient = drawn.gradient(ENGINE, 1, vocabulary, new float[] {2, 2, 2, 2})
                .dense()
                .toFloatArray();
        assertArrayEquals(new float[vocabulary], gradient, 1e-6f);
    }
}
