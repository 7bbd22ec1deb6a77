package dev.tandem.bridge.condition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.ToyVocabularies;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.LexicalAlignment;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.bridge.vocab.NoAlignment;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.SentenceAlignment.Pool;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.stage.Span;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bridge against equations 2 to 5 written out with dense one-hot rows and a dense matrix. */
class CaptionBridgeTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int WIDTH = 6;
    private static final double TAU = 0.7;

    private final ToyVocabularies.Decoder decoder = new ToyVocabularies.Decoder();
    private final ToyVocabularies.Tokenizer tokenizer = new ToyVocabularies.Tokenizer(12);
    private final List<List<Integer>> captions = List.of(
            ids(" rain", "bow", " ", "dog", "gy"),
            ids("</s>", " light", "house", " two", " dog"),
            ids(" a", "b", "r", "a", "i", "n"));
    private Scope scope;
    private Tensor embeddings;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
        embeddings = ENGINE.randn(new SplittableRandom(1), tokenizer.vocabularySize(), WIDTH);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private List<Integer> ids(String... pieces) {
        List<Integer> ids = new ArrayList<>();
        for (String piece : pieces) {
            int id = decoder.id(piece);
            if (id >= 0) {
                ids.add(id);
            } else {
                piece.chars().filter(c -> c != ' ').forEach(c -> ids.add(decoder.id(Character.toString(c))));
            }
        }
        return ids;
    }

    private List<Integer> lengths() {
        return captions.stream().map(List::size).toList();
    }

    /** Logits whose noisy argmax spells the captions. */
    private Tensor logits() {
        int total = lengths().stream().mapToInt(Integer::intValue).sum();
        int vocabulary = decoder.vocabularySize();
        float[] values = new float[total * vocabulary];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        int row = 0;
        for (List<Integer> caption : captions) {
            for (int id : caption) {
                values[row++ * vocabulary + id] = 7.5f;
            }
        }
        return ENGINE.tensor(values, total, vocabulary);
    }

    /** P [m, V_S] of one caption by the definition, with a dense M [V_L, V_S]. */
    private Tensor denseRows(String kind, Pool pool, Tensor y, CaptionPair pair, LexicalMap map) {
        int vl = decoder.vocabularySize();
        int vs = tokenizer.vocabularySize();
        List<Integer> llm = pair.llm().ids();
        List<Integer> sd = pair.diffusion().ids();
        int n = llm.size();
        int m = sd.size();
        float[] overlap = new float[m * n];
        for (int k = 0; k < m; k++) {
            Span span = pair.diffusion().spans().get(k);
            for (int i = 0; i < n && span.length() > 0; i++) {
                overlap[k * n + i] = (float) span.overlap(pair.llm().spans().get(i)) / span.length();
            }
        }
        float[] matrix = new float[vl * vs];
        if (kind.equals("sentence")) {
            for (int t : new TreeSet<>(llm)) {
                for (int j : new TreeSet<>(sd)) {
                    matrix[t * vs + j] = decoder.isSpecial(t) || tokenizer.isSpecial(j) ? 0 : 1;
                }
            }
            Tensor rows = y.matmul(ENGINE.tensor(matrix, vl, vs));
            return (pool == Pool.AVG ? rows.mean(0, true) : rows.sum(0, true)).expand(m, vs);
        }
        if (kind.equals("lexical")) {
            for (int t = 0; t < vl; t++) {
                for (var entry : map.rows().get(t).entrySet()) {
                    matrix[t * vs + entry.getKey()] = entry.getValue();
                }
            }
            return ENGINE.tensor(overlap, m, n).matmul(y.matmul(ENGINE.tensor(matrix, vl, vs)));
        }
        List<Tensor> rows = new ArrayList<>();
        for (int k = 0; k < m; k++) {
            float[] own = new float[vl * vs];
            float[] w = new float[n];
            for (int i = 0; i < n; i++) {
                w[i] = overlap[k * n + i];
                if (w[i] > 0) {
                    own[llm.get(i) * vs + sd.get(k)] = 1;
                }
            }
            rows.add(ENGINE.tensor(w, 1, n).matmul(y.matmul(ENGINE.tensor(own, vl, vs))));
        }
        return ENGINE.cat(rows, 0);
    }

    private void equalsTheDenseDefinition(VocabularyAlignment alignment, Pool pool, LexicalMap map) {
        CaptionAligner aligner = new CaptionAligner(decoder, tokenizer, alignment);
        CaptionBridge bridge = alignment instanceof LexicalAlignment
                ? CaptionBridge.lexical(aligner, map, embeddings, GumbelSoftmax.unlimited())
                : CaptionBridge.sparse(aligner, embeddings, GumbelSoftmax.unlimited());
        Tensor gumbel = GumbelSoftmax.noise(ENGINE, new SplittableRandom(3), logits().shape())
                .mul(0.3);
        Tensor probe = ENGINE.randn(new SplittableRandom(4), captions.size(), 12, WIDTH);

        BridgedConditioning result;
        try (GradientTape tape = ENGINE.gradientTape()) {
            result = bridge.condition(LogitRows.of(logits()), lengths(), gumbel, TAU);
            assertArrayEquals(
                    embeddings.embedding(result.ids()).toFloatArray(),
                    result.inputsEmbeds().toFloatArray());
            tape.backward(result.inputsEmbeds().mul(probe).sum());
        }
        assertEquals(
                captions.stream().flatMap(List::stream).toList(),
                Arrays.stream(result.relaxed().ids().toLongArray())
                        .mapToObj(Math::toIntExact)
                        .toList());

        Tensor dense = logits().requiresGrad(true);
        try (GradientTape tape = ENGINE.gradientTape()) {
            Tensor y = dense.logSoftmax(-1).add(gumbel).div(TAU).softmax(-1);
            Tensor loss = ENGINE.full(0, 1);
            int first = 0;
            for (int p = 0; p < captions.size(); p++) {
                int n = captions.get(p).size();
                CaptionPair pair = CaptionPair.of(captions.get(p), decoder, tokenizer);
                int m = pair.diffusion().ids().size();
                Tensor rows = denseRows(alignment.name(), pool, y.narrow(0, first, n), pair, map);
                loss = loss.add(rows.matmul(embeddings)
                        .mul(probe.select(0, p).narrow(0, 0, m))
                        .sum());
                first += n;
            }
            tape.backward(loss);
        }
        float[] expected = dense.grad().toFloatArray();
        float[] actual = result.gradient().get().dense().toFloatArray();
        float largest = 0;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        assertTrue(largest > 1e-3);
        assertArrayEquals(expected, actual, 5e-5f * largest);
    }

    @Test
    void sentenceWithAverage() {
        equalsTheDenseDefinition(new SentenceAlignment(Pool.AVG), Pool.AVG, new LexicalMap(List.of()));
    }

    @Test
    void sentenceWithSum() {
        equalsTheDenseDefinition(new SentenceAlignment(Pool.SUM), Pool.SUM, new LexicalMap(List.of()));
    }

    @Test
    void word() {
        equalsTheDenseDefinition(new WordAlignment(), Pool.AVG, new LexicalMap(List.of()));
    }

    @Test
    void lexical() {
        LexicalMap map = LexicalMap.of(decoder, tokenizer);
        assertEquals(
                java.util.Map.of(tokenizer.strings.indexOf("rain"), 0.5f, tokenizer.strings.indexOf("bow</w>"), 0.5f),
                map.rows().get(decoder.id(" rainbow")));
        equalsTheDenseDefinition(new LexicalAlignment(map), Pool.AVG, map);
    }

    /** What comes back to logits of this many columns; those beyond the first {@code spoken} cannot be said. */
    private float[][] lexicalGradient(int columns, int spoken) {
        LexicalMap map = LexicalMap.of(decoder, tokenizer);
        CaptionBridge bridge = CaptionBridge.lexical(
                new CaptionAligner(decoder, tokenizer, new LexicalAlignment(map)),
                map,
                embeddings,
                GumbelSoftmax.unlimited());
        float[] all = logits().toFloatArray();
        int rows = all.length / decoder.vocabularySize();
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % columns < spoken ? all[i / columns * decoder.vocabularySize() + i % columns] : -1e9f;
        }
        try (GradientTape tape = ENGINE.gradientTape()) {
            BridgedConditioning result =
                    bridge.condition(LogitRows.of(ENGINE.tensor(values, rows, columns)), lengths(), null, 1);
            tape.backward(result.inputsEmbeds()
                    .mul(ENGINE.randn(new SplittableRandom(4), captions.size(), 12, WIDTH))
                    .sum());
            float[] gradient = result.gradient().get().dense().toFloatArray();
            float[][] each = new float[rows][];
            for (int row = 0; row < rows; row++) {
                each[row] = Arrays.copyOfRange(gradient, row * columns, row * columns + spoken);
            }
            return each;
        }
    }

    @Test
    void theHeadMayHaveMoreOrFewerColumnsThanTheTokenizerHasTokens() {
        int tokens = decoder.vocabularySize();
        int spoken = tokens - 1; // the last is in none of the captions
        assertTrue(captions.stream().flatMap(List::stream).allMatch(id -> id < spoken));
        float[][] expected = lexicalGradient(tokens, spoken);
        float largest = 0;
        for (float[] row : expected) {
            for (float g : row) {
                largest = Math.max(largest, Math.abs(g));
            }
        }
        assertTrue(largest > 1e-3);
        for (int columns : new int[] {spoken, tokens + 3}) {
            float[][] actual = lexicalGradient(columns, spoken);
            for (int row = 0; row < expected.length; row++) {
                assertArrayEquals(expected[row], actual[row], 5e-5f * largest, columns + " columns");
            }
        }
    }

    @Test
    void noneCutsTheGradient() {
        CaptionBridge bridge = CaptionBridge.sparse(
                new CaptionAligner(decoder, tokenizer, new NoAlignment()), embeddings, GumbelSoftmax.unlimited());
        assertNull(bridge.condition(LogitRows.of(logits()), lengths(), null, 1).gradient());
    }

    @Test
    void aCaptionOfSpecialTokensOnlyGivesNoGradientAndNoError() {
        CaptionAligner aligner = new CaptionAligner(decoder, tokenizer, new SentenceAlignment(Pool.AVG));
        CaptionBridge bridge = CaptionBridge.sparse(aligner, embeddings, GumbelSoftmax.unlimited());
        Tensor rows = ENGINE.tensor(new float[2 * decoder.vocabularySize()], 2, decoder.vocabularySize());
        BridgedConditioning result = bridge.condition(LogitRows.of(rows), List.of(2), null, 1);
        assertEquals("", result.captions().get(0).pair().llm().text());
        assertArrayEquals(
                new long[] {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, result.ids().toLongArray());
    }

    @Test
    void captionsAreAlignedOnce() {
        CaptionAligner aligner = new CaptionAligner(decoder, tokenizer, new WordAlignment());
        aligner.align(captions.get(0));
        aligner.align(captions.get(1));
        aligner.align(new ArrayList<>(captions.get(0)));
        assertEquals(1, aligner.stats().hitCount());
        assertEquals(2, aligner.stats().missCount());
    }

    @Test
    void refusesLengthsThatDoNotFit() {
        CaptionBridge bridge = CaptionBridge.sparse(
                new CaptionAligner(decoder, tokenizer, new NoAlignment()), embeddings, GumbelSoftmax.unlimited());
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> bridge.condition(LogitRows.of(logits()), List.of(3), null, 1))
                .getMessage()
                .contains("[3]"));
    }
}
