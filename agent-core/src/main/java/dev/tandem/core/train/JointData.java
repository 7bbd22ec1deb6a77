package dev.tandem.core.train;

import java.util.Map;
import java.util.random.RandomGenerator;

/** Where joint batches come from. */
public interface JointData {

    /**
     * The batch of a step, made in the current scope.
     *
     * @param step number of the step, counted from 1
     * @param random all that is drawn comes from here
     */
    JointBatch batch(long step, RandomGenerator random);

    /**
     * Measures the models on held-out data, inside an open scope without a tape.
     *
     * @return name to value; empty to measure nothing
     */
    default Map<String, Double> evaluate(RandomGenerator random) {
        return Map.of();
    }
}
