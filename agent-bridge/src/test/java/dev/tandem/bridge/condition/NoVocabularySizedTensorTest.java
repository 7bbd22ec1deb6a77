package dev.tandem.bridge.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.RecordingEngine;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * With the vocabularies of Llama 3 and CLIP: the only tensors as wide as a vocabulary are those of the logits' own shape, and the
 * gather from E is the only thing that touches the diffusion vocabulary.
 */
class NoVocabularySizedTensorTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int V_L = 128_258;
    private static final int V_S = 49_408;
    private static final int WIDTH = 64;
    private static final int S = 77;

    /** Each token is one word of four digits, as "0042". */
    private static final class Words implements CaptionDecoder {
        @Override
        public SpelledCaption spell(List<Integer> ids) {
            List<Span> spans = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                int start = text.length();
                text.append(String.format("%06d ", id));
                spans.add(new Span(start, text.length()));
            }
            return new SpelledCaption(text.toString(), ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return id >= V_L - 2;
        }

        @Override
        public int vocabularySize() {
            return V_L;
        }

        @Override
        public String fingerprint() {
            return "words";
        }
    }

    /** Two tokens a word. */
    private static final class Halves implements CaptionTokenizer {
        @Override
        public SpelledCaption tokenize(String text) {
            List<Integer> ids = new ArrayList<>(List.of(V_S - 2));
            List<Span> spans = new ArrayList<>(List.of(new Span(0, 0)));
            for (int at = 0; at + 6 <= text.length() && ids.size() < S - 2; at += 7) {
                int number = Integer.parseInt(text.substring(at, at + 6));
                ids.add(number % (V_S - 2));
                spans.add(new Span(at, at + 3));
                ids.add((number * 7) % (V_S - 2));
                spans.add(new Span(at + 3, at + 6));
            }
            ids.add(V_S - 1);
            spans.add(new Span(0, 0));
            return new SpelledCaption(text, ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return id >= V_S - 2;
        }

        @Override
        public int padId() {
            return V_S - 1;
        }

        @Override
        public int maxLength() {
            return S;
        }

        @Override
        public int vocabularySize() {
            return V_S;
        }

        @Override
        public String fingerprint() {
            return "halves";
        }
    }

    static Stream<VocabularyAlignment> alignments() {
        return Stream.of(new SentenceAlignment(SentenceAlignment.Pool.AVG), new WordAlignment());
    }

    @ParameterizedTest
    @MethodSource("alignments")
    void nothingIsAsLargeAsAVocabularyTimesSomething(VocabularyAlignment alignment) {
        List<Integer> lengths = List.of(7, 5);
        int total = 12;
        RecordingEngine recording = new RecordingEngine(ENGINE);
        try (Scope scope = ENGINE.scope()) {
            Tensor table = ENGINE.randn(new SplittableRandom(1), V_S, WIDTH);
            Tensor logits = ENGINE.randn(new SplittableRandom(2), total, V_L);
            Tensor gumbel = ENGINE.zeros(DType.FLOAT32, total, V_L);
            CaptionAligner aligner = new CaptionAligner(new Words(), new Halves(), alignment);
            CaptionBridge bridge = CaptionBridge.sparse(aligner, recording.seen(table), GumbelSoftmax.unlimited());
            float[] gradient;
            try (GradientTape tape = recording.engine().gradientTape()) {
                BridgedConditioning result =
                        bridge.condition(LogitRows.of(recording.seen(logits)), lengths, recording.seen(gumbel), 0.5);
                assertEquals(2, result.captions().size());
                Tensor loss = result.inputsEmbeds().square().sum();
                assertTrue(recording.shapes().size() > 10);
                tape.backward(loss);
                gradient = result.gradient().get().dense().toFloatArray();
            }
            int moved = 0;
            for (float g : gradient) {
                moved += g != 0 ? 1 : 0;
            }
            assertTrue(moved > 1000, "the gradient reaches the logits: " + moved);
            long widest = 0;
            for (long[] shape : recording.shapes()) {
                boolean ofTheLogits = Arrays.equals(shape, new long[] {total, V_L})
                        || Arrays.equals(shape, new long[] {(long) total * V_L});
                boolean vocabulary = Arrays.stream(shape).anyMatch(size -> size == V_S || size == V_L);
                assertTrue(ofTheLogits || !vocabulary, "a tensor of shape " + Arrays.toString(shape) + " was made");
                widest = ofTheLogits ? widest : Math.max(widest, Shapes.size(shape));
            }
            // n x m x d and little else
            assertTrue(
                    widest <= 2L * S * (7 + S) * WIDTH,
                    "the largest tensor beside the logits has " + widest + " values");
        }
    }
}
