package dev.tandem.samples.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * A training run to be made and measured.
 *
 * @param condition on what
 * @param variant of what
 * @param seed of data order, noise and dropout
 * @param recipe of kind {@code joint}
 */
record PlannedRun(String condition, String variant, long seed, ObjectNode recipe) {

    /** Where its files lie below the results' folder, and its name for people. */
    String name() {
        return name(condition, variant, seed);
    }

    static String name(String condition, String variant, long seed) {
        return condition + "/" + variant + "/seed-" + seed;
    }

    /** Whether there are dialogues in which the user sends photos. */
    boolean sendsPhotos() {
        return recipe.at("/data/sights").asDouble() > 0;
    }

    /** Whether captions stand for these photos. */
    boolean tellsPhotos() {
        return recipe.path("perceptron").asText().equalsIgnoreCase("off");
    }

    Path folder(Path results) {
        return results.resolve(name());
    }
}
