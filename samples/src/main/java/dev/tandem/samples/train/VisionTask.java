package dev.tandem.samples.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.llm.load.TrainableMllamaVision;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Trains a picture's encoder on composed scenes, half of them softened, by asking each patch what it shows: so a picture has some twenty labels
 * with a subject instead of one, and a small transformer learns from little. Subjects have sizes of all sorts, for otherwise it does not know small
 * ones of those that are never three in training. It is measured on held-out scenes.
 */
final class VisionTask implements TrainingTask, AutoCloseable {

    /** Weights of the parts of the loss, beside 1 for the subjects of the patches that have one. */
    private static final double NONE = 0.5;

    private static final double COLOUR = 0.5;
    private static final double WHOLE = 0.3;

    private static final int AT_ONCE = 32;

    private final TensorEngine engine;
    private final TrainableMllamaVision encoder;
    private final int batch;
    private final int heldOut;
    private final Scope weights;
    private final VisionHeads heads;
    private final Map<String, Tensor> trained = new LinkedHashMap<>();
    private final ScenePainter varied = ScenePainter.varied();
    private final ScenePainter painter = new ScenePainter();

    /**
     * An encoder with fresh heads.
     *
     * @param encoder of one tile; not closed with this
     * @param batch scenes in a step
     * @param heldOut scenes that it is measured on
     */
    VisionTask(TensorEngine engine, TrainableMllamaVision encoder, int batch, int heldOut, RandomGenerator random) {
        if (encoder.model().config().maxTiles() != 1) {
            throw new IllegalArgumentException("scenes have one tile; the encoder's max_num_tiles is "
                    + encoder.model().config().maxTiles());
        }
        this.engine = engine;
        this.encoder = encoder;
        this.batch = batch;
        this.heldOut = heldOut;
        this.weights = engine.scope();
        Parameters parameters = new Parameters(new FreshWeights(engine, random));
        this.heads = VisionHeads.load(
                parameters.at("heads"), encoder.model().config().outputWidth());
        this.weights.detach();
        trained.putAll(encoder.trainedWithOneTile());
        trained.putAll(parameters.asMap());
    }

    @Override
    public void close() {
        weights.close();
    }

    @Override
    public String name() {
        return "vision";
    }

    @Override
    public List<ParameterGroup> groups() {
        return ParameterGroup.decayingMatrices("vision", trained, 1);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        PatchLabels labels = draw(varied, Split.TRAIN, batch, random);
        VisionHeads.Logits logits =
                heads.apply(encoder.model().look(labels.batch().softened(random)));
        List<Scene> scenes = labels.batch().scenes();
        int[] subjects = labels.subjects();
        Tensor shown = crossEntropy(logits.subject(), subjects, 1, label -> label >= 0);
        Tensor none = crossEntropy(logits.subject(), subjects, 1, label -> label < 0);
        Tensor colour = crossEntropy(logits.colour(), labels.colours(), 0, label -> label >= 0);
        Tensor place = logits.place()
                .crossEntropy(labels(scenes, scene -> scene.place().ordinal()));
        Tensor time =
                logits.time().crossEntropy(labels(scenes, scene -> scene.time().ordinal()));
        Tensor count = logits.count().crossEntropy(labels(scenes, VisionScore::things));
        Tensor loss = shown.add(none.mul(NONE))
                .add(colour.mul(COLOUR))
                .add(place.add(time).add(count).mul(WHOLE));
        return Losses.of(loss, batch)
                .counting(0, batch)
                .with("subject", shown)
                .with("none", none)
                .with("colour", colour)
                .with("place", place)
                .with("time", time)
                .with("count", count);
    }

    private PatchLabels draw(ScenePainter by, Split split, int scenes, RandomGenerator random) {
        int size = encoder.model().config().imageSize();
        int patch = encoder.model().config().patchSize();
        return PatchLabels.draw(engine, by, new SceneSampler(split), scenes, size, patch, random);
    }

    /** Mean over the rows whose label is chosen; 0 where there are none. */
    private Tensor crossEntropy(Tensor logits, int[] labels, int shift, IntPredicate chosen) {
        long[] rows = IntStream.range(0, labels.length)
                .filter(i -> chosen.test(labels[i]))
                .mapToLong(i -> i)
                .toArray();
        if (rows.length == 0) {
            return engine.full(0);
        }
        long[] targets = IntStream.range(0, labels.length)
                .filter(i -> chosen.test(labels[i]))
                .mapToLong(i -> labels[i] + shift)
                .toArray();
        return logits.indexSelect(0, engine.tensor(rows, rows.length))
                .crossEntropy(engine.tensor(targets, targets.length));
    }

    private Tensor labels(List<Scene> scenes, ToIntFunction<Scene> label) {
        return engine.tensor(scenes.stream().mapToLong(label::applyAsInt).toArray(), scenes.size());
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        VisionScore score = new VisionScore();
        for (int done = 0; done < heldOut; done += AT_ONCE) {
            try (Scope scope = engine.scope()) {
                PatchLabels labels = draw(painter, Split.HELD_OUT, Math.min(AT_ONCE, heldOut - done), random);
                score.add(heads.apply(encoder.model().look(labels.batch().pixels())), labels);
            }
        }
        return score.shares();
    }
}
