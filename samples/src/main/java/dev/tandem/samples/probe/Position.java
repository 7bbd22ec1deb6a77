package dev.tandem.samples.probe;

import java.util.List;
import java.util.Map;

/**
 * One place in one caption, and what other tokens there do.
 *
 * @param caption the caption that is drawn, as it reads
 * @param wrong whether the word at this place is not the true one
 * @param truth index of the true token among the substitutions; -1 if it is not there
 * @param substitutions what else could be said
 */
record Position(String caption, boolean wrong, int truth, List<Substitution> substitutions) {

    Position {
        substitutions = List.copyOf(substitutions);
    }

    /**
     * A token put in the place of another. Changes are of L_v, one for each noise and time step; those of {@code part} for the fraction
     * of the way there.
     *
     * @param word what is said instead
     * @param change what happens
     * @param predicted by each estimator, for the first half of the noises
     * @param part by percent of the way, the first noises only; empty where the tokens do not correspond
     */
    @SuppressWarnings("ArrayRecordComponent") // made and read here
    record Substitution(String word, double[] change, Map<String, double[]> predicted, Map<Integer, double[]> part) {}
}
