package dev.tandem.llm.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Models;
import dev.tandem.llm.prompt.LetterTokens;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageModelTrainingTest {

    private static final int V = LetterTokens.VOCABULARY;

    private final TensorEngine engine = TorchEngine.cpu();
    private final PromptEncoder encoder = new PromptEncoder(
            new AgentConfig.PromptTemplate("<|begin_of_text|>", "<|user|>", "<|end|>", "<|agent|>", "<|end|>"),
            AgentConfig.Markers.DEFAULT,
            new LetterTokens());
    private final TokenizedDialogue withPhoto = encoder.encode(new Dialogue(List.of(
            Turn.user("hi"),
            new Turn(Speaker.AGENT, List.of(new Words("see"), Photo.described("a cat"), new Words("ok"))))));
    private final TokenizedDialogue withoutPhoto =
            encoder.encode(new Dialogue(List.of(Turn.user("what is up"), Turn.agent("not much"), Turn.user("fine"))));

    private static LlamaConfig config() {
        return Models.small().vocabSize(V).build();
    }

    @Test
    void lossIsTheMeanOverTargetsAndCaptionLogitsSitOneBeforeTheirTokens() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, config(), 1)) {
            DialogueBatch batch = DialoguePacker.pack(engine, List.of(withPhoto, withoutPhoto), Targets.AGENT);
            LanguageTraining.LanguageStep step = new LanguageModelTraining(model, Map.of()).forward(batch);

            float[] logits = model.logits(batch.inputIds(), null).toFloatArray();
            int columns = Math.toIntExact(batch.inputIds().size(1));
            double sum = 0;
            int count = 0;
            List<TokenizedDialogue> dialogues = List.of(withPhoto, withoutPhoto);
            for (int row = 0; row < 2; row++) {
                for (int t = 1; t < dialogues.get(row).length(); t++) {
                    if (dialogues.get(row).saidBy(Speaker.AGENT, t)) {
                        sum += crossEntropy(
                                logits,
                                row * columns + t - 1,
                                dialogues.get(row).id(t));
                        count++;
                    }
                }
            }
            assertEquals(sum / count, step.loss().item(), 1e-4);

            CaptionSpan span = batch.captions().get(0);
            float[] captions = assertNotNullRows(step.captionLogits()).values().toFloatArray();
            assertArrayEquals(
                    Arrays.copyOfRange(logits, (span.start() - 1) * V, (span.end() - 1) * V), captions, 1e-4f);
            assertEquals("a cat".length() * V, captions.length);
        }
    }

    @Test
    void bothSpeakersHaveMoreTargets() {
        try (Scope scope = engine.scope()) {
            long agent = sum(DialoguePacker.pack(engine, List.of(withoutPhoto), Targets.AGENT));
            long both = sum(DialoguePacker.pack(engine, List.of(withoutPhoto), Targets.BOTH));
            assertEquals("not much".length() + 1, agent);
            assertEquals("what is up".length() + 1 + "not much".length() + 1 + "fine".length() + 1, both);
        }
    }

    /** Loss and gradients of {@code scale L_t} plus what came back to the captions' logits, by the tape alone. */
    private Map<String, float[]> byTheTape(double scale, float[] returned) {
        return gradients((model, training, batch, tape) -> {
            Tensor logits = model.logits(batch.inputIds(), null); // [B, T, V]
            long columns = logits.size(1);
            List<Long> positions = new ArrayList<>();
            List<Long> targets = new ArrayList<>();
            long[] ids = batch.inputIds().toLongArray();
            long[] mask = batch.lossMask().toLongArray();
            for (int i = 1; i < ids.length; i++) {
                if (mask[i] != 0 && i % columns != 0) {
                    positions.add(i - 1L);
                    targets.add(ids[i]);
                }
            }
            Tensor flat = logits.reshape(-1, V);
            Tensor loss = flat.indexSelect(0, engine.tensor(longs(positions), positions.size()))
                    .crossEntropy(engine.tensor(longs(targets), targets.size()))
                    .mul(scale);
            CaptionSpan span = batch.captions().get(0);
            Tensor captions = logits.select(0, span.row()).narrow(0, span.start() - 1, span.length());
            tape.backward(loss.add(
                    captions.mul(engine.tensor(returned, span.length(), V)).sum()));
        });
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private interface Pass {
        void run(Llama model, LanguageModelTraining training, DialogueBatch batch, GradientTape tape);
    }

    private Map<String, float[]> gradients(Pass pass) {
        Parameters parameters = new Parameters(new FreshWeights(engine, new SplittableRandom(2)));
        Map<String, float[]> gradients = new TreeMap<>();
        try (Scope scope = engine.scope();
                Llama model = LlamaLoader.build(engine, config(), parameters)) {
            parameters.asMap().values().forEach(p -> p.requiresGrad(true));
            DialogueBatch batch = DialoguePacker.pack(engine, List.of(withPhoto, withoutPhoto), Targets.AGENT);
            try (GradientTape tape = engine.gradientTape()) {
                pass.run(model, new LanguageModelTraining(model, parameters.asMap()), batch, tape);
            }
            parameters
                    .asMap()
                    .forEach((key, p) ->
                            gradients.put(key, assertNotNullTensor(p.grad()).toFloatArray()));
        }
        return gradients;
    }

    /** What came back to the captions, in each form. */
    private LogitGradient more(String kind, Tensor captions) {
        int rows = Math.toIntExact(captions.size(0));
        if (kind.equals("nothing")) {
            return null;
        }
        if (kind.equals("whole")) {
            return new LogitGradient.Whole(engine.randn(new SplittableRandom(5), rows, V));
        }
        boolean same = kind.endsWith("logits");
        return new LogitGradient.Parts(
                () -> (same ? captions : captions.mul(2)).softmax(-1),
                engine.randn(new SplittableRandom(6), rows),
                engine.tensor(new long[] {3, V + 1, V + 1}, 3),
                engine.tensor(new float[] {0.5f, -2, 1}, 3),
                same);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "whole", "parts", "parts of the logits"})
    void gradientsEqualThoseOfTheTape(String kind) {
        double scale = 0.25;
        int rows = "a cat".length();
        float[] returned = new float[rows * V];
        Map<String, float[]> actual = gradients((model, training, batch, tape) -> {
            LanguageTraining.LanguageStep step = training.forward(batch);
            Tensor captions = assertNotNullRows(step.captionLogits()).values();
            LogitGradient more = more(kind, captions);
            if (more != null) {
                System.arraycopy(more(kind, captions).dense().toFloatArray(), 0, returned, 0, returned.length);
            }
            step.backward(tape, scale, more);
        });
        Map<String, float[]> expected = byTheTape(scale, returned);
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((key, gradient) -> {
            float largest = 0;
            for (float g : gradient) {
                largest = Math.max(largest, Math.abs(g));
            }
            assertTrue(largest > 0, key);
            assertArrayEquals(gradient, actual.get(key), 2e-5f * largest, key);
        });
    }

    @Test
    void batchesWithoutPhotosHaveNoCaptionLogitsAndBatchesWithoutTargetsAreRefused() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, config(), 3)) {
            LanguageModelTraining training = new LanguageModelTraining(model, Map.of());
            assertNull(training.forward(DialoguePacker.pack(engine, List.of(withoutPhoto), Targets.BOTH))
                    .captionLogits());
            TokenizedDialogue silent = encoder.encode(new Dialogue(List.of(Turn.user("hello"))));
            DialogueBatch nothing = DialoguePacker.pack(engine, List.of(silent), Targets.AGENT);
            assertThrows(IllegalArgumentException.class, () -> training.forward(nothing));
        }
    }

    @Test
    void trainingLearnsTheDialoguesItSees(@TempDir Path folder) {
        Parameters parameters = new Parameters(new FreshWeights(engine, new SplittableRandom(4)));
        try (Llama model = LlamaLoader.build(
                engine, Models.small().vocabSize(V).initializerRange(0.05).build(), parameters)) {
            DialogueSet set = DialogueSet.of(List.of(withPhoto, withoutPhoto), 64, Targets.AGENT);
            LanguageTask task =
                    new LanguageTask(model, parameters.asMap(), set, Map.of("seen", set), Targets.AGENT, 80);
            double before;
            try (Scope scope = engine.scope()) {
                before = task.evaluate(new SplittableRandom(0)).get("seen_loss");
            }
            TrainConfig config = TrainConfig.builder()
                    .steps(60)
                    .warmupSteps(5)
                    .learningRate(0.01)
                    .build();
            try (Trainer trainer = Trainer.builder()
                    .engine(engine)
                    .task(task)
                    .config(config)
                    .folder(folder)
                    .build()) {
                trainer.run();
            }
            try (Scope scope = engine.scope()) {
                Map<String, Double> after = task.evaluate(new SplittableRandom(0));
                assertTrue(before > 4.5, "a fresh model guesses: " + before);
                assertTrue(after.get("seen_loss") < 0.5, "after training: " + after);
            }
        }
    }

    private static Tensor assertNotNullTensor(@org.jspecify.annotations.Nullable Tensor tensor) {
        assertNotNull(tensor);
        return tensor;
    }

    private static LogitRows assertNotNullRows(@org.jspecify.annotations.Nullable LogitRows rows) {
        assertNotNull(rows);
        return rows;
    }

    private static long sum(DialogueBatch batch) {
        return Arrays.stream(batch.lossMask().toLongArray()).sum();
    }

    private static double crossEntropy(float[] logits, int row, int target) {
        double sum = 0;
        for (int i = 0; i < V; i++) {
            sum += Math.exp(logits[row * V + i]);
        }
        return Math.log(sum) - logits[row * V + target];
    }
}
