package dev.tandem.core.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Early stopping, the best checkpoint and the plateau schedule. */
class WatchedEvaluationTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    @TempDir
    Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = ENGINE.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Its evaluation is written down: the value at step 10 n is the n-th, counted from 0. */
    private static final class Scripted implements TrainingTask {
        final Tensor weight = ENGINE.zeros(DType.FLOAT32, 3);
        final double[] values;
        long step;

        Scripted(double... values) {
            this.values = values;
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<ParameterGroup> groups() {
            return ParameterGroup.decayingMatrices("model", Map.of("weight", weight), 1);
        }

        @Override
        public Losses step(long number, RandomGenerator random) {
            step = number;
            return Losses.of(weight.sub(ENGINE.randn(random, 3)).square().mean(), 1);
        }

        @Override
        public Map<String, Double> evaluate(RandomGenerator random) {
            return Map.of("score", values[(int) (step / 10)]);
        }
    }

    private static TrainConfig.Builder config() {
        return TrainConfig.builder()
                .steps(200)
                .learningRate(0.1)
                .warmupSteps(0)
                .logEvery(1)
                .checkpointEvery(7)
                .evaluateEvery(10)
                .keepCheckpoints(1)
                .emaDecay(0.9);
    }

    private final List<Double> rates = new ArrayList<>();

    private TrainResult run(TrainingTask task, TrainConfig config, Path out, long stopAfter, float[] weights) {
        AtomicLong asked = new AtomicLong();
        TrainListener listener = new TrainListener() {
            @Override
            public void logged(StepReport report) {
                rates.add(report.learningRate());
            }
        };
        try (Trainer trainer = Trainer.builder()
                .engine(ENGINE)
                .task(task)
                .config(config)
                .folder(out)
                .resume(true)
                .listener(listener)
                .interrupted(() -> asked.getAndIncrement() >= stopAfter)
                .build()) {
            TrainResult result = trainer.run();
            float[] last = trainer.weights().get("weight").toFloatArray();
            System.arraycopy(last, 0, weights, 0, last.length);
            return result;
        }
    }

    private List<String> names(Path out) throws IOException {
        try (var entries = Files.list(out)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void stopsWhenItDoesNotGetBetterAndGivesTheBest() throws IOException {
        TrainConfig config = config().earlyStopping(EarlyStopping.builder()
                        .metric("score")
                        .patience(3)
                        .minDelta(0.05)
                        .build())
                .build();
        double[] values = {12, 9, 5, 4, 4.2, Double.NaN, 3.96, 1};
        float[] best = new float[3];
        Path out = folder.resolve("out");
        TrainResult result = run(new Scripted(values), config, out, Long.MAX_VALUE, best);
        assertEquals(TrainResult.Outcome.STOPPED_EARLY, result.outcome());
        assertEquals(60, result.step());
        assertEquals(out.resolve("checkpoint-60"), result.checkpoint());
        assertEquals(out.resolve("checkpoint-30"), result.used());
        assertEquals(List.of("checkpoint-30", "checkpoint-60"), names(out));

        float[] thirty = new float[3];
        run(new Scripted(new double[8]), config().build(), folder.resolve("plain"), 30, thirty);
        assertArrayEquals(thirty, best);

        Path parts = folder.resolve("parts");
        float[] resumed = new float[3];
        for (long part : new long[] {33, 12}) {
            assertEquals(
                    TrainResult.Outcome.INTERRUPTED,
                    run(new Scripted(values), config, parts, part, resumed).outcome());
        }
        assertEquals(
                60,
                run(new Scripted(values), config, parts, Long.MAX_VALUE, resumed)
                        .step());
        assertArrayEquals(best, resumed);
        assertEquals(
                60,
                run(new Scripted(values), config, parts, Long.MAX_VALUE, resumed)
                        .step(),
                "it stays stopped");
    }

    @Test
    void largerCanBeBetter() {
        TrainConfig config = config().earlyStopping(EarlyStopping.builder()
                        .metric("score")
                        .patience(2)
                        .largerIsBetter(true)
                        .build())
                .build();
        TrainResult result = run(new Scripted(0.1, 0.1, 0.2, 0.3, 0.2, 0.3, 0.9), config, folder, 1000, new float[3]);
        assertEquals(50, result.step());
        assertEquals(folder.resolve("checkpoint-30"), result.used());
    }

    @Test
    void aPlateauLowersTheLearningRateAlsoAfterResuming() {
        TrainConfig config = config().steps(100)
                .schedule(Schedule.PLATEAU)
                .finalFactor(0.2)
                .plateau(Plateau.builder()
                        .metric("score")
                        .patience(2)
                        .factor(0.5)
                        .build())
                .build();
        double[] values = {3, 2.9, 4, 4, 2, 2, 2, 2, 2, 2, 1};
        run(new Scripted(values), config, folder.resolve("whole"), Long.MAX_VALUE, new float[3]);
        List<Double> whole = List.copyOf(rates);
        double[] expected = {0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02};
        for (int step = 1; step <= 100; step++) {
            assertEquals(expected[(step - 1) / 10], whole.get(step - 1), 1e-12, "step " + step);
        }
        rates.clear();
        for (long part : new long[] {25, 20, Long.MAX_VALUE}) {
            run(new Scripted(values), config, folder.resolve("parts"), part, new float[3]);
        }
        assertEquals(whole, rates);
    }

    @Test
    void aMetricThatIsNotMeasuredIsOneSentence() {
        TrainConfig config = config().earlyStopping(
                        EarlyStopping.builder().metric("scroe").build())
                .build();
        String message = assertThrows(
                        IllegalArgumentException.class, () -> run(new Scripted(1), config, folder, 1000, new float[3]))
                .getMessage();
        assertTrue(message.contains("early_stopping watches 'scroe', but the evaluation gives score"), message);
    }
}
