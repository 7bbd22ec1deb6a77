package dev.tandem.core.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

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

    /** Learns y = x A + b from noisy samples; every third step leaves the bias out, as a batch without photos leaves out the UNet. */
    private static final class Regression implements TrainingTask {
        final Tensor weight = ENGINE.randn(new SplittableRandom(3), 4, 3);
        final Tensor bias = ENGINE.zeros(dev.tandem.core.tensor.DType.FLOAT32, 4);
        final Tensor truth = ENGINE.randn(new SplittableRandom(4), 4, 3);
        long infiniteAt = -1;

        @Override
        public String name() {
            return "regression";
        }

        @Override
        public List<ParameterGroup> groups() {
            Map<String, Tensor> map = new LinkedHashMap<>();
            map.put("weight", weight);
            map.put("bias", bias);
            return ParameterGroup.decayingMatrices("model", map, 1);
        }

        @Override
        public Losses step(long step, RandomGenerator random) {
            Tensor x = ENGINE.randn(random, 8, 3);
            Tensor y = x.linear(truth, null)
                    .add(0.3)
                    .add(ENGINE.randn(random, 8, 4).mul(0.01));
            Tensor loss = x.linear(weight, step % 3 == 0 ? null : bias).mseLoss(y);
            if (step == infiniteAt) {
                loss = loss.mul(Double.POSITIVE_INFINITY);
            }
            return Losses.of(loss, 8).with("loss_copy", loss).with("third", step % 3);
        }

        @Override
        public Map<String, Double> evaluate(RandomGenerator random) {
            Tensor x = ENGINE.randn(random, 64, 3);
            return Map.of(
                    "mse",
                    x.linear(weight, bias)
                            .mseLoss(x.linear(truth, null).add(0.3))
                            .item());
        }
    }

    private static TrainConfig.Builder config() {
        return TrainConfig.builder()
                .steps(60)
                .learningRate(0.05)
                .warmupSteps(5)
                .schedule(Schedule.COSINE)
                .accumulate(2)
                .emaDecay(0.9)
                .logEvery(1)
                .checkpointEvery(20)
                .evaluateEvery(30)
                .seed(9);
    }

    private static Map<String, float[]> values(Map<String, Tensor> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach((key, tensor) -> values.put(key, tensor.toFloatArray()));
        return values;
    }

    private Trainer trainer(TrainingTask task, TrainConfig config, Path out, boolean resume, long stopAfter) {
        AtomicLong asked = new AtomicLong();
        return Trainer.builder()
                .engine(ENGINE)
                .task(task)
                .config(config)
                .folder(out)
                .resume(resume)
                .listener(new JsonLinesLog(out.resolve("train.jsonl")))
                .interrupted(() -> asked.getAndIncrement() >= stopAfter)
                .build();
    }

    private static List<JsonNode> log(Path out) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("train.jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void learnsAndAverages() {
        try (Trainer trainer = trainer(new Regression(), config().steps(400).build(), folder, false, Long.MAX_VALUE)) {
            TrainResult result = trainer.run();
            assertEquals(TrainResult.Outcome.FINISHED, result.outcome());
            assertTrue(result.evaluation().get("mse") < 1e-3, "held-out error " + result.evaluation());
        }
    }

    @Test
    void twoBatchesAtTheSameTimeGiveTheSameBits() throws IOException {
        Map<String, float[]> oneByOne;
        try (Trainer trainer = trainer(new Regression(), config().build(), folder.resolve("one"), false, 1000)) {
            trainer.run();
            oneByOne = values(trainer.weights());
        }
        Path two = folder.resolve("two");
        TrainConfig parallel = config().parallel(true).build();
        try (Trainer trainer = trainer(new Regression(), parallel, two, false, 1000)) {
            assertEquals(TrainResult.Outcome.FINISHED, trainer.run().outcome());
            Map<String, float[]> together = values(trainer.weights());
            oneByOne.forEach((key, expected) -> assertArrayEquals(expected, together.get(key), key));
        }
        assertEquals(
                log(folder.resolve("one")).get(3).path("loss_copy"),
                log(two).get(3).path("loss_copy"));
        assertThrows(
                IllegalArgumentException.class,
                () -> config().accumulate(3).parallel(true).build());
    }

    @Test
    void aBatchThatFailsBesideAnotherEndsTheRun() {
        TrainingTask failing = new TrainingTask() {
            private final Regression task = new Regression();

            @Override
            public String name() {
                return task.name();
            }

            @Override
            public List<ParameterGroup> groups() {
                return task.groups();
            }

            @Override
            public Losses step(long step, RandomGenerator random) {
                if (Thread.currentThread().getName().equals("training-2") && step == 3) {
                    throw new IllegalArgumentException("no third batch");
                }
                return task.step(step, random);
            }
        };
        try (Trainer trainer = trainer(failing, config().parallel(true).build(), folder, false, 1000)) {
            assertEquals(
                    "no third batch",
                    assertThrows(IllegalArgumentException.class, trainer::run).getMessage());
        }
    }

    @Test
    void resumesToTheSameBits() throws IOException {
        Map<String, float[]> whole;
        Path one = folder.resolve("one");
        try (Trainer trainer = trainer(new Regression(), config().build(), one, false, Long.MAX_VALUE)) {
            trainer.run();
            whole = values(trainer.weights());
        }
        Path two = folder.resolve("two");
        for (long part : new long[] {7, 16, Long.MAX_VALUE}) {
            Regression task = new Regression();
            try (Trainer trainer = trainer(task, config().build(), two, true, part)) {
                TrainResult result = trainer.run();
                assertEquals(
                        part == Long.MAX_VALUE ? TrainResult.Outcome.FINISHED : TrainResult.Outcome.INTERRUPTED,
                        result.outcome());
                if (part == Long.MAX_VALUE) {
                    values(trainer.weights())
                            .forEach((key, value) -> assertArrayEquals(whole.get(key), value, 0f, key));
                }
            }
        }
        List<JsonNode> a = log(one);
        List<JsonNode> b = log(two);
        assertEquals(a.size(), b.size());
        for (int i = 0; i < a.size(); i++) {
            assertEquals(a.get(i).path("loss"), b.get(i).path("loss"), "line " + i);
            assertEquals(a.get(i).path("evaluation"), b.get(i).path("evaluation"), "line " + i);
            assertEquals(a.get(i).path("grad_norm"), b.get(i).path("grad_norm"), "line " + i);
        }
    }

    @Test
    void keepsTheNewestCheckpoints() throws IOException {
        try (Trainer trainer =
                trainer(new Regression(), config().keepCheckpoints(1).build(), folder, false, Long.MAX_VALUE)) {
            assertEquals(folder.resolve("checkpoint-60"), trainer.run().checkpoint());
        }
        try (var entries = Files.list(folder)) {
            assertEquals(
                    List.of("checkpoint-60", "train.jsonl"),
                    entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void whatAKilledRunLeftIsIgnoredAndRemoved() throws IOException {
        try (Trainer trainer = trainer(new Regression(), config().build(), folder, false, 20)) {
            trainer.run();
        }
        Path log = folder.resolve("train.jsonl");
        List<String> lines = Files.readAllLines(log);
        Files.createDirectories(folder.resolve(".checkpoint-40"));
        Files.writeString(folder.resolve(".checkpoint-40/state.json"), "{\"task\": ");
        Files.createDirectories(folder.resolve(".deleted-checkpoint-10"));
        Files.write(
                log,
                "{\"step\":21,\"loss\":1.0}\n\0\0\0\n{\"step\":1}}\n{\"step\":2,\"l\u00e4"
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                java.nio.file.StandardOpenOption.APPEND);
        try (Trainer trainer = trainer(new Regression(), config().build(), folder, true, 0)) {
            assertEquals(20, trainer.run().step());
        }
        assertEquals(lines, Files.readAllLines(log));
        try (var entries = Files.list(folder)) {
            assertEquals(
                    List.of("checkpoint-20", "train.jsonl"),
                    entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void skipsStepsThatAreNotFinite() throws IOException {
        Regression task = new Regression();
        task.infiniteAt = 11;
        try (Trainer trainer = trainer(task, config().build(), folder, false, Long.MAX_VALUE)) {
            trainer.run();
            for (float[] value : values(trainer.weights()).values()) {
                for (float v : value) {
                    assertTrue(Float.isFinite(v));
                }
            }
        }
        List<JsonNode> lines = log(folder).stream().filter(l -> l.has("loss")).toList();
        assertEquals(1, lines.get(lines.size() - 1).path("skipped").asInt());
        assertTrue(lines.get(10).path("grad_norm").isTextual());
    }

    @Test
    void stopsCleanlyWhenTheTimeIsOver() {
        TrainConfig config =
                config().steps(1_000_000).maxSeconds(0.3).checkpointEvery(0).build();
        try (Trainer trainer = trainer(new Regression(), config, folder, false, Long.MAX_VALUE)) {
            TrainResult result = trainer.run();
            assertEquals(TrainResult.Outcome.OUT_OF_TIME, result.outcome());
            assertTrue(Files.isDirectory(folder.resolve("checkpoint-" + result.step())));
        }
    }

    @Test
    void refusesForeignCheckpoints() {
        try (Trainer trainer = trainer(new Regression(), config().build(), folder, false, 3)) {
            trainer.run();
        }
        try (Trainer trainer = trainer(new Regression(), config().build(), folder, false, 3)) {
            assertTrue(assertThrows(IllegalArgumentException.class, trainer::run)
                    .getMessage()
                    .contains("resume"));
        }
        try (Trainer trainer =
                trainer(new Regression(), config().learningRate(0.01).build(), folder, true, 3)) {
            assertTrue(assertThrows(IllegalArgumentException.class, trainer::run)
                    .getMessage()
                    .contains("learning_rate 0.05"));
        }
    }

    @Test
    void manyStepsLeaveNoTensorsBehind() {
        TrainConfig config =
                config().steps(400).checkpointEvery(50).evaluateEvery(50).build();
        List<Integer> sizes = new ArrayList<>();
        Regression task = new Regression();
        TrainListener count = new TrainListener() {
            @Override
            public void stepped(long step) {
                sizes.add(scope.size());
            }
        };
        try (Trainer trainer = Trainer.builder()
                .engine(ENGINE)
                .task(task)
                .config(config)
                .folder(folder)
                .listener(count)
                .build()) {
            trainer.run();
        }
        assertEquals(sizes.get(0), sizes.get(sizes.size() - 1));
        assertFalse(sizes.isEmpty());
    }
}
