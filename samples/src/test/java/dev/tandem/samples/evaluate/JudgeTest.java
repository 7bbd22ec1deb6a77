package dev.tandem.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Relation;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeTest {

    private final TorchEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    @Test
    void everyPictureGetsAVerdict() {
        try (Scope scope = engine.scope()) {
            Judge judge = Judge.load(new FreshWeights(engine, new Random(1)));
            Tensor pixels = engine.randn(new Random(2), 3, 3, 48, 48);
            Judge.Logits logits = judge.forward(pixels);
            assertArrayEquals(
                    new long[] {3, Subject.values().length}, logits.subjects().shape());
            assertArrayEquals(new long[] {3, Judge.MAX_COUNT}, logits.count().shape());
            List<Verdict> verdicts = judge.judge(pixels);
            assertEquals(3, verdicts.size());
            verdicts.forEach(v -> assertTrue(!v.subjects().isEmpty() && v.count() >= 1));
        }
    }

    @Test
    void aVerdictIsRightOnlyWithExactlyTheSubjectsOfTheScene() {
        Scene pair = Scene.pair(
                Item.one(Subject.DOG),
                Relation.values()[0],
                Item.one(Subject.CAR),
                Place.values()[0],
                TimeOfDay.values()[0]);
        assertEquals(
                new JudgeScore(1, 1, 1, 1, 1),
                JudgeScore.of(
                        new Verdict(Set.of(Subject.CAR, Subject.DOG), 2, Place.values()[0], TimeOfDay.values()[0]),
                        pair));
        assertEquals(
                new JudgeScore(1, 0, 0, 0, 1),
                JudgeScore.of(new Verdict(Set.of(Subject.DOG), 1, Place.values()[1], TimeOfDay.values()[0]), pair));
        JudgeScore half = new JudgeScore(1, 1, 0, 1, 1).plus(new JudgeScore(1, 0, 0, 1, 1));
        assertEquals(0.5, half.subject());
        assertEquals(0, half.count());
        assertEquals(1, half.place());
    }

    @Test
    void aFewStepsOfTrainingLowerTheLoss() {
        TrainConfig config = TrainConfig.builder()
                .steps(12)
                .learningRate(2e-3)
                .warmupSteps(2)
                .evaluateEvery(0)
                .build();
        try (JudgeTask task = new JudgeTask(engine, 8, 48, new SplittableRandom(3))) {
            double before = loss(task);
            try (Trainer trainer = Trainer.builder()
                    .engine(engine)
                    .task(new Unmeasured(task))
                    .config(config)
                    .folder(folder)
                    .build()) {
                trainer.run();
            }
            assertTrue(loss(task) < before * 0.8, "the loss was " + before + " and is " + loss(task));
        }
    }

    /** Combinations of subject, place, time and number that it was not trained on; the card states the share of many more. */
    @Test
    void theEmbeddedJudgeKnowsHeldOutScenes() {
        SplittableRandom random = new SplittableRandom(4);
        SceneSampler sampler = new SceneSampler(Split.HELD_OUT);
        ScenePainter painter = new ScenePainter();
        int scenes = 150;
        JudgeScore score = JudgeScore.none();
        try (PictureJudge judge = PictureJudge.embedded(engine)) {
            for (int i = 0; i < scenes; i++) {
                Scene scene = sampler.next(random);
                score = score.plus(
                        JudgeScore.of(judge.judge(painter.paint(scene, PictureJudge.PIXELS, random)), scene));
            }
        }
        assertEquals(scenes, score.pictures());
        assertTrue(score.subject() >= 0.96 && score.place() >= 0.98 && score.count() >= 0.98, score.toString());
    }

    private double loss(JudgeTask task) {
        try (Scope scope = engine.scope();
                GradientTape tape = engine.gradientTape()) {
            return task.step(1, new SplittableRandom(9)).loss().detach().item();
        }
    }

    /** Leaves out the evaluation, which paints hundreds of scenes. */
    private record Unmeasured(JudgeTask task) implements TrainingTask {

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
            return task.step(step, random);
        }
    }
}
