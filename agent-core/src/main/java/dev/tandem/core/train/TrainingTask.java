package dev.tandem.core.train;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What is trained, and the loss of one batch. All that a step draws (which examples, noise, time steps, dropout) comes from the
 * generator it is given, so that a resumed run sees what an uninterrupted one would have seen.
 */
public interface TrainingTask {

    /** Short name for logs and checkpoints, such as {@code language}. */
    String name();

    /** What is trained. Asked once; keys are unique over all groups, tensors are float32 leaves that outlive the training. */
    List<ParameterGroup> groups();

    /**
     * Whether a parameter is averaged where the run averages.
     *
     * @param key of a parameter of {@link #groups()}
     */
    default boolean averages(String key) {
        return true;
    }

    /**
     * The loss of one batch. Called inside an open scope and gradient tape; both are closed after the backward pass.
     *
     * @param step number of this step, counted from 1
     * @param random seeded by the run's seed, the step and the place in the accumulation, and by nothing else
     */
    Losses step(long step, RandomGenerator random);

    /**
     * Measures on data that is not trained on, with the averaged weights where the run averages. Called inside an open scope
     * without a tape.
     *
     * @param random the same numbers at every call of a run, so that results can be compared
     * @return name to value; empty for a task that measures nothing
     */
    default Map<String, Double> evaluate(RandomGenerator random) {
        return Map.of();
    }
}
