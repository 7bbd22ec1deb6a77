package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainResult;
import dev.tandem.core.train.Trainer;
import dev.tandem.llm.load.TrainableMllamaVision;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.samples.world.Colour;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisionTaskTest {

    private static final int SIZE = 48;
    private static final int PATCH = 8;

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    private TrainableMllamaVision encoder(int tiles) {
        MllamaConfig.Vision config = new MllamaConfig.Vision(
                SIZE, PATCH, 3, tiles, 1, 32, 64, 1, 1, 2, Activation.named("gelu"), 1e-5, List.of(0));
        return TrainableMllamaVision.fresh(engine, config, new SplittableRandom(1));
    }

    private PatchLabels draw(int scenes) {
        return PatchLabels.draw(
                engine,
                new ScenePainter(),
                new SceneSampler(Split.TRAIN),
                scenes,
                SIZE,
                PATCH,
                new SplittableRandom(2));
    }

    @Test
    void patchesAreLabelledWithTheSubjectsOfTheirScene() {
        try (Scope scope = engine.scope()) {
            PatchLabels labels = draw(40);
            assertEquals(36, labels.patches());
            int[] subjects = labels.subjects();
            int[] colours = labels.colours();
            for (int i = 0; i < 40; i++) {
                Scene scene = labels.batch().scenes().get(i);
                assertEquals(
                        scene.items().stream().map(Item::subject).collect(Collectors.toSet()),
                        Arrays.stream(subjects, 36 * i, 36 * i + 36)
                                .filter(label -> label >= 0)
                                .mapToObj(label -> Subject.values()[label])
                                .collect(Collectors.toSet()),
                        scene.toString());
                for (int j = 36 * i; j < 36 * i + 36; j++) {
                    int subject = subjects[j];
                    int colour = subject < 0
                            ? -1
                            : scene.items().stream()
                                    .filter(item -> item.subject().ordinal() == subject)
                                    .mapToInt(item -> !item.subject().paintable()
                                            ? -1
                                            : item.colour().map(Colour::ordinal).orElse(-1) + 1)
                                    .findFirst()
                                    .orElseThrow();
                    assertEquals(colour, colours[j]);
                }
            }
        }
    }

    @Test
    void labelsLieWhereTheSubjectIsPainted() {
        Scene robot = Scene.of(Item.one(Subject.ROBOT), Place.FARM, TimeOfDay.DAY);
        ScenePainter painter = new ScenePainter();
        int[] items = painter.items(robot, 96, new SplittableRandom(5));
        boolean[] covered = painter.subjects(robot, 96, new SplittableRandom(5));
        int[] rows = new int[96];
        for (int i = 0; i < items.length; i++) {
            assertEquals(covered[i], items[i] == 1);
            rows[i / 96] += items[i];
        }
        assertEquals(0, Arrays.stream(rows, 0, 20).sum(), "the sky is empty");
        assertTrue(Arrays.stream(rows, 40, 85).sum() > 800, "the robot stands in the lower half");
    }

    @Test
    void sharesAreThoseOfWhatIsRight() {
        try (Scope scope = engine.scope()) {
            PatchLabels labels = draw(20);
            VisionScore right = new VisionScore();
            right.add(logits(labels, 0), labels);
            right.shares().forEach((name, share) -> assertEquals(1, share, name));
            VisionScore wrong = new VisionScore();
            wrong.add(logits(labels, 1), labels);
            wrong.shares().forEach((name, share) -> assertEquals(0, share, name));
        }
    }

    /** Logits that are sure of labels which lie {@code off} from the true ones. */
    private VisionHeads.Logits logits(PatchLabels labels, int off) {
        List<Scene> scenes = labels.batch().scenes();
        return new VisionHeads.Logits(
                sure(Arrays.stream(labels.subjects()).map(s -> s + 1).toArray(), 1 + Subject.values().length, off),
                sure(labels.colours(), 1 + Colour.values().length, off),
                sure(scenes.stream().mapToInt(s -> s.place().ordinal()).toArray(), Place.values().length, off),
                sure(scenes.stream().mapToInt(s -> s.time().ordinal()).toArray(), TimeOfDay.values().length, off),
                sure(scenes.stream().mapToInt(VisionScore::things).toArray(), Item.MOST, off));
    }

    private Tensor sure(int[] labels, int classes, int off) {
        float[] logits = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            logits[i * classes + Math.floorMod(labels[i] + off, classes)] = 20;
        }
        return engine.tensor(logits, labels.length, classes);
    }

    @Test
    void trainingLowersTheLossAndMeasuresHeldOutScenes() {
        try (TrainableMllamaVision encoder = encoder(1);
                VisionTask task = new VisionTask(engine, encoder, 8, 8, new SplittableRandom(3))) {
            double before = loss(task);
            TrainConfig config = TrainConfig.builder()
                    .steps(30)
                    .warmupSteps(5)
                    .learningRate(0.005)
                    .logEvery(30)
                    .build();
            TrainResult result;
            try (Trainer trainer = Trainer.builder()
                    .engine(engine)
                    .task(task)
                    .config(config)
                    .folder(folder)
                    .build()) {
                result = trainer.run();
            }
            assertTrue(loss(task) < before * 0.8, "the loss was " + before + " and is " + loss(task));
            Map<String, Double> shares = result.evaluation();
            assertEquals(7, shares.size());
            assertTrue(shares.values().stream().allMatch(share -> share >= 0 && share <= 1), shares.toString());
        }
    }

    private double loss(VisionTask task) {
        try (Scope scope = engine.scope();
                GradientTape tape = engine.gradientTape()) {
            return task.step(1, new SplittableRandom(9)).loss().detach().item();
        }
    }

    @Test
    void anEncoderOfSeveralTilesIsRefused() {
        try (TrainableMllamaVision encoder = encoder(4)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new VisionTask(engine, encoder, 8, 8, new SplittableRandom(3)));
        }
    }
}
