package dev.tandem.samples.evaluate;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.samples.train.SceneBatch;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import dev.tandem.samples.world.Subject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Trains a {@link Judge} on composed scenes, half of them softened as a decoder softens, and measures it on held-out ones.
 *
 * <p>No drawn picture is ever trained on.
 */
public final class JudgeTask implements TrainingTask, AutoCloseable {

    /** Height and width in pixels of the pictures that an evaluation shows to the judge. */
    public static final int PIXELS = 96;

    private static final int EVALUATED = 512;

    private final TensorEngine engine;
    private final int batch;
    private final int size;
    private final Parameters parameters;
    private final Judge judge;
    private final Scope weights;
    private final ScenePainter painter = new ScenePainter();

    /**
     * A fresh judge.
     *
     * @param batch scenes in a step
     * @param size height and width of the pictures in pixels
     */
    public JudgeTask(TensorEngine engine, int batch, int size, RandomGenerator random) {
        this.engine = engine;
        this.batch = batch;
        this.size = size;
        this.parameters = new Parameters(new FreshWeights(engine, random));
        this.weights = engine.scope();
        this.judge = Judge.load(parameters);
        this.weights.detach();
    }

    /** Its weights by key. */
    public Map<String, Tensor> parameters() {
        return parameters.asMap();
    }

    @Override
    public void close() {
        weights.close();
    }

    @Override
    public String name() {
        return "judge";
    }

    @Override
    public List<ParameterGroup> groups() {
        return ParameterGroup.decayingMatrices("judge", parameters.asMap(), 1);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        SceneBatch scenes = SceneBatch.draw(engine, painter, new SceneSampler(Split.TRAIN), batch, size, random);
        Judge.Logits logits = judge.forward(scenes.softened(random));
        Tensor subjects = binaryCrossEntropy(logits.subjects(), subjects(scenes.scenes()));
        Tensor count = logits.count().crossEntropy(labels(scenes.scenes(), JudgeTask::things));
        Tensor place = logits.place()
                .crossEntropy(labels(scenes.scenes(), s -> s.place().ordinal()));
        Tensor time =
                logits.time().crossEntropy(labels(scenes.scenes(), s -> s.time().ordinal()));
        return Losses.of(subjects.add(count).add(place).add(time), batch)
                .counting(0, batch)
                .with("subjects", subjects)
                .with("count", count)
                .with("place", place)
                .with("time", time);
    }

    /** Index of the number of things in a scene, 1 first. */
    private static int things(Scene scene) {
        return scene.items().stream().mapToInt(Item::count).sum() - 1;
    }

    private Tensor labels(List<Scene> scenes, ToIntFunction<Scene> label) {
        return engine.tensor(scenes.stream().mapToLong(label::applyAsInt).toArray(), scenes.size());
    }

    private Tensor subjects(List<Scene> scenes) {
        int n = Subject.values().length;
        float[] present = new float[scenes.size() * n];
        for (int i = 0; i < scenes.size(); i++) {
            for (Item item : scenes.get(i).items()) {
                present[i * n + item.subject().ordinal()] = 1;
            }
        }
        return engine.tensor(present, scenes.size(), n);
    }

    /** Sum over the subjects, mean over the batch, of {@code max(x, 0) - x y + log(1 + exp(-|x|))}. */
    private static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        Tensor losses = logits.relu()
                .sub(logits.mul(targets))
                .add(logits.abs().neg().exp().add(1).log());
        return losses.sum(-1, false).mean();
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        JudgeScore score = JudgeScore.none();
        for (int done = 0; done < EVALUATED; done += 32) {
            SceneBatch scenes = SceneBatch.draw(engine, painter, new SceneSampler(Split.HELD_OUT), 32, size, random);
            score = score.plus(JudgeScore.of(judge.judge(scenes.pixels()), scenes.scenes()));
        }
        Map<String, Double> accuracy = new LinkedHashMap<>();
        accuracy.put("subject", score.subject());
        accuracy.put("place", score.place());
        accuracy.put("count", score.count());
        accuracy.put("time", score.time());
        return accuracy;
    }
}
