package dev.tandem.samples.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.condition.BridgedConditioning;
import dev.tandem.bridge.condition.CaptionAligner;
import dev.tandem.bridge.condition.CaptionBridge;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.LexicalAlignment;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.probe.Position.Substitution;
import dev.tandem.samples.train.TinyModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    @TempDir
    static Path folder;

    @BeforeAll
    static void model() throws IOException {
        TinyModelFolder.write(ENGINE, folder.resolve("tiny"));
    }

    @Test
    void equalValuesShareTheirRank() {
        assertArrayEquals(new double[] {3, 1.5, 4, 1.5}, RankCorrelation.ranks(new double[] {5, 2, 9, 2}));
        assertEquals(1, RankCorrelation.of(new double[] {1, 2, 3}, new double[] {10, 11, 50}), 1e-12);
        assertEquals(-0.5, RankCorrelation.of(new double[] {1, 2, 3}, new double[] {3, 1, 2}), 1e-12);
        assertEquals(0, RankCorrelation.of(new double[] {7, 7, 7}, new double[] {3, 1, 2}));
    }

    /** What is predicted for single tokens, summed up as the softmax does, is the gradient that the bridge gives. */
    @Test
    void predictionsAreTheBridgesGradient() {
        try (Scope scope = ENGINE.scope();
                ProbedModel model = ProbedModel.open(ENGINE, folder.resolve("tiny"))) {
            List<Integer> said = Arrays.stream(model.words.plain(" two red cars by the lake"))
                    .boxed()
                    .toList();
            int vocabulary = model.words.vocabularySize();
            float[] logits = new float[said.size() * vocabulary];
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) random.nextGaussian();
            }
            for (int i = 0; i < said.size(); i++) {
                logits[i * vocabulary + said.get(i)] = 8;
            }
            for (VocabularyAlignment alignment : List.of(
                    new SentenceAlignment(SentenceAlignment.Pool.AVG),
                    new SentenceAlignment(SentenceAlignment.Pool.SUM),
                    new WordAlignment(),
                    new LexicalAlignment(model.lexical))) {
                equalsTheBridge(model, alignment, said, logits);
            }
        }
    }

    private static void equalsTheBridge(
            ProbedModel model, VocabularyAlignment alignment, List<Integer> said, float[] logits) {
        int vocabulary = model.words.vocabularySize();
        CaptionAligner aligner = new CaptionAligner(model.words, model.captions, alignment);
        CaptionBridge bridge = alignment instanceof LexicalAlignment
                ? CaptionBridge.lexical(aligner, model.lexical, model.table(), GumbelSoftmax.unlimited())
                : CaptionBridge.sparse(aligner, model.table(), GumbelSoftmax.unlimited());
        Tensor probe = ENGINE.randn(new SplittableRandom(2), 1, model.captions.maxLength(), model.width());
        float[] returned;
        try (GradientTape tape = ENGINE.gradientTape()) {
            BridgedConditioning out = bridge.condition(
                    LogitRows.of(ENGINE.tensor(logits, said.size(), vocabulary)), List.of(said.size()), null, 1);
            tape.backward(out.inputsEmbeds().mul(probe).sum());
            returned = out.gradient().get().dense().toFloatArray();
        }
        float[] soft =
                ENGINE.tensor(logits, said.size(), vocabulary).softmax(-1).toFloatArray();
        Predictions predictions = new Predictions(model, CaptionPair.of(said, model.words, model.captions), alignment);
        float[] gradient = probe.toFloatArray();
        float[] expected = new float[logits.length];
        float largest = 0;
        for (int i = 0; i < said.size(); i++) {
            double[] change = new double[vocabulary];
            double mean = 0;
            for (int v = 0; v < vocabulary; v++) {
                change[v] = predictions.change(gradient, i, v);
                mean += soft[i * vocabulary + v] * change[v];
            }
            for (int v = 0; v < vocabulary; v++) {
                expected[i * vocabulary + v] = (float) (soft[i * vocabulary + v] * (change[v] - mean));
                largest = Math.max(largest, Math.abs(expected[i * vocabulary + v]));
            }
        }
        assertTrue(largest > 0);
        assertArrayEquals(expected, returned, 1e-4f * largest, alignment.name());
    }

    @Test
    void substitutionsAreMeasuredAndReported() {
        try (ProbedModel model = ProbedModel.open(ENGINE, folder.resolve("tiny"))) {
            List<Position> positions = new Probe(model, 4, 1).run(12, done -> {});
            int count =
                    positions.stream().mapToInt(p -> p.substitutions().size()).sum();
            assertTrue(count >= 12);
            for (Position position : positions) {
                for (Substitution each : position.substitutions()) {
                    assertEquals(4, each.change().length);
                    assertTrue(each.predicted().keySet().containsAll(List.of("sentence", "word", "lexical")));
                }
            }
            Measures same = Measures.of(positions, "candidates", 2, false);
            assertEquals(1, same.overall(), 1e-9);
            assertEquals(1, same.sign(), 0.5);
            assertEquals(0, Measures.of(positions, "word", 2, true).within(), 0.5, "no word is told from another");
        }
    }
}
