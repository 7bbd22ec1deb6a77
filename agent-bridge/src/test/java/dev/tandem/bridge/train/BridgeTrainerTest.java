package dev.tandem.bridge.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.ToyVocabularies;
import dev.tandem.bridge.relax.Temperature;
import dev.tandem.bridge.train.BridgeConfig.Matrix;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.BridgeTraining.BridgedCaptions;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BridgeTrainerTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    private final ToyVocabularies.Decoder decoder = new ToyVocabularies.Decoder();
    private final ToyVocabularies.Tokenizer tokenizer = new ToyVocabularies.Tokenizer(10);
    private final List<List<Integer>> targets =
            List.of(List.of(decoder.id(" rain"), decoder.id("bow")), List.of(decoder.id(" two"), decoder.id(" dog")));
    private Scope scope;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Three of four choices are right: the last token should be a dog, and is a rainbow. */
    private BridgedCaptions forward(BridgeConfig config, long step) {
        Tensor table = ENGINE.randn(new SplittableRandom(1), tokenizer.vocabularySize(), 4);
        int vocabulary = decoder.vocabularySize();
        float[] logits = new float[4 * vocabulary];
        int[] chosen = {
            targets.get(0).get(0), targets.get(0).get(1), targets.get(1).get(0), decoder.id(" rainbow")
        };
        for (int i = 0; i < 4; i++) {
            logits[i * vocabulary + chosen[i]] = 30;
        }
        return new BridgeTrainer(config, decoder, tokenizer, table)
                .forward(LogitRows.of(ENGINE.tensor(logits, 4, vocabulary)), targets, step, new SplittableRandom(2));
    }

    @Test
    void spellsTheChoicesAndFollowsTheTemperature() {
        for (Matrix matrix : List.of(Matrix.SENTENCE, Matrix.WORD, Matrix.LEXICAL)) {
            Temperature falling = Temperature.builder().end(0.5).steps(10).build();
            BridgedCaptions captions = forward(
                    BridgeConfig.builder().matrix(matrix).temperature(falling).build(), 6);
            assertEquals(List.of(" rainbow", " two rainbow"), captions.texts());
            assertEquals(0.75, captions.metrics().get("caption_right"));
            assertEquals(0.75, captions.metrics().get("tau"), 1e-9);
            assertTrue(captions.metrics().containsKey("usable_rows"));
        }
    }

    @Test
    void thePipelineReadsTheTrueCaptions() {
        BridgedCaptions captions =
                forward(BridgeConfig.builder().matrix(Matrix.NONE).build(), 1);
        assertEquals(List.of(" rainbow", " two dog"), captions.texts());
        assertEquals(0.75, captions.metrics().get("caption_right"));
        assertArrayEquals(
                targets.stream()
                        .flatMap(List::stream)
                        .mapToLong(Integer::longValue)
                        .toArray(),
                captions.llmIds().toLongArray());
    }

    @Test
    void isReadFromAConfiguration() {
        BridgeConfig config = ConfigReader.parse("""
                {"matrix": "word", "noise": false, "temperature": {"end": 1e-4, "steps": 300, "curve": "exponential"}}
                """, "joint.json", BridgeConfig.class);
        assertEquals(Matrix.WORD, config.matrix());
        assertEquals(1e-4, config.temperature().at(301), 1e-12);
        assertEquals(100, config.gradientLimit());
    }

    @Test
    void candidatesAreCaptionsThatDifferInOneToken() {
        BridgedCaptions captions = forward(
                BridgeConfig.builder()
                        .estimator(BridgeConfig.Estimator.CANDIDATES)
                        .candidates(3)
                        .noise(false)
                        .build(),
                1);
        assertEquals(List.of(" rainbow", " two rainbow"), captions.texts());
        var alternatives = java.util.Objects.requireNonNull(captions.alternatives());
        assertEquals(List.of(0, 0, 0, 1, 1, 1), alternatives.captions());
        assertArrayEquals(new long[] {6, 10}, alternatives.ids().shape());
        float[] gradient = alternatives
                .gradient()
                .apply(new float[] {1, 0, 0, 0, 0, 0})
                .dense()
                .toFloatArray();
        assertEquals(4 * decoder.vocabularySize(), gradient.length);
    }

    @Test
    void candidatesNeedAGradientToEstimate() {
        assertThrows(
                IllegalArgumentException.class,
                () -> BridgeConfig.builder()
                        .matrix(Matrix.NONE)
                        .estimator(BridgeConfig.Estimator.CANDIDATES)
                        .build());
        assertThrows(
                IllegalArgumentException.class,
                () -> BridgeConfig.builder().candidates(1).build());
    }
}
