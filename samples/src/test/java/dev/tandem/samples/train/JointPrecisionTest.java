package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Precision;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.StepReport;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Joint training in bfloat16, and with blocks that are computed again on the way back. */
class JointPrecisionTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final TapeOptions BFLOAT16 = new TapeOptions(Precision.BFLOAT16, false);

    @TempDir
    static Path folder;

    private static Path tiny;

    @BeforeAll
    static void model() throws IOException {
        tiny = folder.resolve("tiny");
        TinyModelFolder.write(ENGINE, tiny);
    }

    private static double cosine(Map<String, float[]> one, Map<String, float[]> other, String prefix) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (String key : one.keySet()) {
            if (key.startsWith(prefix)) {
                float[] a = one.get(key);
                float[] b = other.get(key);
                for (int i = 0; i < a.length; i++) {
                    ab += (double) a[i] * b[i];
                    aa += (double) a[i] * a[i];
                    bb += (double) b[i] * b[i];
                }
            }
        }
        return ab / Math.sqrt(aa * bb);
    }

    @ParameterizedTest
    @CsvSource({"full, full", "lora, lora"})
    void bfloat16ComputesNearlyTheSame(String language, String image) {
        JointRecipe recipe =
                JointStep.recipe(tiny, "\"language\": \"%s\", \"image\": \"%s\"".formatted(language, image));
        JointStep exact = JointStep.of(ENGINE, recipe, TapeOptions.PLAIN, 2);
        JointStep rounded = JointStep.of(ENGINE, recipe, BFLOAT16, 2);
        assertTrue(exact.lossV() > 0, "there are photos");
        assertNotEquals(exact.lossT(), rounded.lossT());
        assertNotEquals(exact.lossV(), rounded.lossV());
        // bfloat16 has 8 significant bits
        assertEquals(exact.lossT(), rounded.lossT(), exact.lossT() / 256);
        assertEquals(exact.lossV(), rounded.lossV(), exact.lossV() / 256);
        assertEquals(exact.gradients().keySet(), rounded.gradients().keySet());
        for (String part : List.of("llm.", "image.")) {
            double cosine = cosine(exact.gradients(), rounded.gradients(), part);
            assertTrue(cosine > 0.99, "cosine of the gradients of " + part + " is " + cosine);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "full, full, FLOAT32",
        "lora, lora, FLOAT32",
        "frozen, full, FLOAT32",
        "full, frozen, FLOAT32",
        "full, cross_attention_queries, FLOAT32",
        "full, full, BFLOAT16"
    })
    void checkpointingGivesTheSameBits(String language, String image, Precision precision) {
        JointRecipe recipe =
                JointStep.recipe(tiny, "\"language\": \"%s\", \"image\": \"%s\"".formatted(language, image));
        JointStep kept = JointStep.of(ENGINE, recipe, new TapeOptions(precision, false), 2);
        JointStep again = JointStep.of(ENGINE, recipe, new TapeOptions(precision, true), 2);
        assertEquals(kept.lossT(), again.lossT());
        assertEquals(kept.lossV(), again.lossV());
        assertEquals(kept.gradients().keySet(), again.gradients().keySet());
        assertFalse(kept.gradients().isEmpty());
        kept.gradients()
                .forEach((key, gradient) ->
                        assertArrayEquals(gradient, again.gradients().get(key), 0, key));
    }

    @Test
    void aRunInBfloat16WithCheckpointingLearns() {
        JointRecipe recipe = JointStep.recipe(tiny, """
                "training": {"steps": 40, "warmup_steps": 0, "learning_rate": 3e-3, "log_every": 1,
                             "precision": "bfloat16", "checkpointing": true}
                """);
        List<StepReport> reports = new ArrayList<>();
        try (TrainingJob job = recipe.open(ENGINE);
                Trainer trainer = Trainer.builder()
                        .engine(ENGINE)
                        .task(job.task())
                        .config(recipe.training())
                        .folder(folder.resolve("learns"))
                        .listener(new TrainListener() {
                            @Override
                            public void logged(StepReport report) {
                                reports.add(report);
                            }
                        })
                        .build()) {
            trainer.run();
        }
        for (String loss : List.of("loss_t", "loss_v")) {
            double before = mean(reports.subList(0, 8), loss);
            double after = mean(reports.subList(32, 40), loss);
            assertTrue(after < 0.9 * before, loss + " from " + before + " to " + after);
        }
    }

    private static double mean(List<StepReport> reports, String metric) {
        return reports.stream()
                .filter(report -> report.metrics().containsKey(metric))
                .mapToDouble(report -> report.metrics().get(metric))
                .average()
                .orElseThrow();
    }
}
