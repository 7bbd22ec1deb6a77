package dev.tandem.samples.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.train.BridgeConfig;
import dev.tandem.bridge.train.BridgeConfig.Matrix;
import dev.tandem.bridge.train.BridgeTrainer;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.bridge.vocab.SentenceAlignment.Pool;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.BridgeTraining.BridgedCaptions;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.llm.token.LlmTokenizer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Captions that a language model should not write but may: every matrix, pool and kind of noise, for byte-level, metaspace and
 * {@code </w>} vocabularies.
 */
class UnusualCaptionsTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int WIDTH = 5;

    static Stream<Arguments> bridges() {
        List<Arguments> all = new ArrayList<>();
        for (String words : List.of("llama3", "llama2-metaspace", "clip")) {
            for (Matrix matrix : Matrix.values()) {
                for (Pool pool : matrix == Matrix.SENTENCE ? Pool.values() : new Pool[] {Pool.AVG}) {
                    for (boolean noise : new boolean[] {false, true}) {
                        all.add(Arguments.of(words, matrix, pool, noise));
                    }
                }
            }
        }
        return all.stream();
    }

    private static Path folder(String name) {
        try {
            return Path.of(Objects.requireNonNull(
                            UnusualCaptionsTest.class.getResource("/parity/tokenizer-" + name + "/model"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What came of one batch of captions. */
    private record Result(BridgedCaptions captions, float[] expected, float[] actual, List<float[]> gradient) {}

    /** Conditions on captions that the language model is sure of, and runs the gradient back. */
    private static Result bridge(
            BridgeConfig config, LlmTokenizer words, ClipTokenizer clip, List<List<Integer>> captions) {
        Tensor table = ENGINE.randn(new SplittableRandom(1), clip.vocabularySize(), WIDTH);
        int vocabulary = words.vocabularySize();
        List<Integer> ids = captions.stream().flatMap(List::stream).toList();
        float[] logits = new float[ids.size() * vocabulary];
        for (int i = 0; i < ids.size(); i++) {
            // with noise too this token is said, though others are possible
            logits[i * vocabulary + ids.get(i)] = config.noise() ? 21 : 9;
        }
        Tensor rows = ENGINE.tensor(logits, ids.size(), vocabulary);
        try (GradientTape tape = ENGINE.gradientTape()) {
            BridgedCaptions out = new BridgeTrainer(config, words, clip, table)
                    .forward(LogitRows.of(rows), captions, 1, new SplittableRandom(2));
            Tensor probe =
                    ENGINE.randn(new SplittableRandom(3), out.inputsEmbeds().shape());
            if (out.reachesLogits()) {
                tape.backward(out.inputsEmbeds().mul(probe).sum());
            }
            LogitGradient gradient = out.gradient();
            List<float[]> perRow = new ArrayList<>();
            if (gradient != null) {
                float[] dense = gradient.dense().toFloatArray();
                IntStream.range(0, ids.size())
                        .forEach(i -> perRow.add(Arrays.copyOfRange(dense, i * vocabulary, (i + 1) * vocabulary)));
            }
            return new Result(
                    out,
                    table.embedding(out.ids()).toFloatArray(),
                    out.inputsEmbeds().toFloatArray(),
                    perRow);
        }
    }

    private static float largest(float[] row) {
        float largest = 0;
        for (float each : row) {
            assertTrue(Float.isFinite(each), "a gradient is " + each);
            largest = Math.max(largest, Math.abs(each));
        }
        return largest;
    }

    private static List<Integer> plain(LlmTokenizer words, String text) {
        return Arrays.stream(words.plain(text)).boxed().toList();
    }

    private static List<Integer> row(ClipTokenizer clip, Result result, int caption) {
        long[] ids = result.captions().ids().toLongArray();
        return Arrays.stream(ids, caption * clip.maxLength(), (caption + 1) * clip.maxLength())
                .mapToObj(Math::toIntExact)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("bridges")
    void aCaptionOfEveryUnusualSortIsDefined(String family, Matrix matrix, Pool pool, boolean noise) {
        BridgeConfig config =
                BridgeConfig.builder().matrix(matrix).pool(pool).noise(noise).build();
        try (Scope scope = ENGINE.scope();
                LlmTokenizer words = LlmTokenizer.load(folder(family));
                ClipTokenizer clip = ClipTokenizer.load(folder("clip"))) {
            List<Integer> usual = plain(words, " a red dog");
            List<Integer> empty = List.of();
            int special = IntStream.range(0, words.vocabularySize())
                    .filter(words::isSpecial)
                    .findFirst()
                    .orElseThrow();
            List<Integer> silent = List.of(special, special);
            List<Integer> endless = plain(words, " dog".repeat(3 * clip.maxLength()));
            List<Integer> torn = torn(words);
            if (family.equals("llama3")) {
                assertTrue(words.spell(torn).text().indexOf('\uFFFD') >= 0, "broken bytes are spelled as U+FFFD");
            }
            List<Integer> marked = new ArrayList<>(plain(words, " a [IMG] dog [/IMG]"));
            marked.add(1, special);
            List<List<Integer>> all = List.of(usual, empty, silent, endless, torn, marked);
            Result result = bridge(config, words, clip, all);

            assertArrayEquals(result.expected(), result.actual());
            List<Integer> nothing = clip.padded("");
            assertEquals(nothing, row(clip, result, 1));
            assertEquals(nothing, row(clip, result, 2));
            for (int p = 0; p < all.size(); p++) {
                String text = words.spell(all.get(p)).text();
                assertEquals(text, result.captions().texts().get(p));
                assertEquals(clip.padded(text), row(clip, result, p));
            }
            assertTrue(clip.isSpecial(row(clip, result, 3).get(clip.maxLength() - 1)), "the end token stays");
            assertEquals(
                    words.spell(plain(words, " a [IMG] dog [/IMG]")).text(),
                    result.captions().texts().get(5),
                    "a special token says nothing, a marker in letters is letters");
            gradients(config, result, usual.size(), silent.size(), endless.size());
        }
    }

    /** The beginning of a character of several bytes, where the vocabulary has bytes; else a word. */
    private static List<Integer> torn(LlmTokenizer words) {
        List<Integer> whole = plain(words, " \u4e2d");
        return whole.subList(0, Math.max(1, whole.size() - 1));
    }

    private static void gradients(BridgeConfig config, Result result, int usual, int silent, int endless) {
        if (config.matrix() == Matrix.NONE) {
            assertNull(result.captions().gradient());
            return;
        }
        assertFalse(result.gradient().isEmpty());
        float[] strength = new float[result.gradient().size()];
        for (int i = 0; i < strength.length; i++) {
            strength[i] = largest(result.gradient().get(i));
        }
        if (!config.noise()) { // with noise the model is so sure here that a gradient may be nothing
            assertTrue(IntStream.range(0, usual).anyMatch(i -> strength[i] > 0));
        }
        for (int i = usual; i < usual + silent; i++) {
            assertEquals(0, strength[i], 1e-7, "what says nothing is not pushed");
        }
        if (config.matrix() != Matrix.SENTENCE) {
            int last = usual + silent + endless - 1;
            assertEquals(0, strength[last], 1e-7, "what is cut off is not pushed");
        }
    }

    @ParameterizedTest
    @MethodSource("bridges")
    void transformsAreCachedAndCounted(String family, Matrix matrix, Pool pool, boolean noise) {
        BridgeConfig config =
                BridgeConfig.builder().matrix(matrix).pool(pool).noise(noise).build();
        try (Scope scope = ENGINE.scope();
                LlmTokenizer words = LlmTokenizer.load(folder(family));
                ClipTokenizer clip = ClipTokenizer.load(folder("clip"))) {
            List<Integer> caption = plain(words, " a red dog");
            Result result = bridge(config, words, clip, List.of(caption, caption, caption, caption));
            assertEquals(0.75, assertNotNullValue(result.captions().metrics().get("caption_cache")), 1e-9);
        }
    }

    private static double assertNotNullValue(Double value) {
        assertNotNull(value);
        return value;
    }

    @ParameterizedTest
    @MethodSource("families")
    void partsOfCharactersHaveNoRowInTheLexicalMap(String family) {
        try (LlmTokenizer words = LlmTokenizer.load(folder(family));
                ClipTokenizer clip = ClipTokenizer.load(folder("clip"))) {
            LexicalMap map = LexicalMap.of(words, clip);
            for (int id = 0; id < words.vocabularySize(); id++) {
                String text = words.spell(List.of(id)).text();
                double sum = map.rows().get(id).values().stream()
                        .mapToDouble(Float::doubleValue)
                        .sum();
                boolean says = !words.isSpecial(id) && !text.isBlank() && text.indexOf('\uFFFD') < 0;
                if (!says) {
                    assertTrue(map.rows().get(id).isEmpty(), id + " '" + text + "'");
                } else if (!map.rows().get(id).isEmpty()) {
                    assertEquals(1, sum, 1e-5);
                }
            }
        }
    }

    static Stream<String> families() {
        return Stream.of("llama3", "llama2-metaspace", "clip");
    }
}
