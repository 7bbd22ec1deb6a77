package dev.tandem.core.train;

import java.util.Map;
import java.util.TreeSet;

/** Follows one value of the evaluations: the best so far, and how many have passed since. */
final class Patience {

    /**
     * Where it is.
     *
     * @param bestStep step of the best evaluation; -1 before the first
     * @param best its value; 0 before the first
     * @param waited evaluations since then
     */
    record State(long bestStep, double best, int waited) {
        static final State START = new State(-1, 0, 0);
    }

    private final String setting;
    private final String metric;
    private final double minDelta;
    private final double sign;
    private State state = State.START;

    /** For messages, {@code setting} says which field of the configuration asks for it. */
    Patience(String setting, String metric, double minDelta, boolean largerIsBetter) {
        this.setting = setting;
        this.metric = metric;
        this.minDelta = minDelta;
        this.sign = largerIsBetter ? -1 : 1;
    }

    static void require(String setting, int patience, double minDelta) {
        if (patience < 1) {
            throw new IllegalArgumentException(
                    "training: " + setting + ": patience must be at least 1, got " + patience);
        }
        if (!(minDelta >= 0 && Double.isFinite(minDelta))) {
            throw new IllegalArgumentException(
                    "training: " + setting + ": min_delta must not be negative, got " + minDelta);
        }
    }

    /**
     * Takes an evaluation. A value that is not finite is not better.
     *
     * @return whether it is the best so far
     * @throws IllegalArgumentException if the evaluation has no such value
     */
    boolean add(long step, Map<String, Double> evaluation) {
        Double value = evaluation.get(metric);
        if (value == null) {
            throw new IllegalArgumentException("training: " + setting + " watches '" + metric
                    + "', but the evaluation gives "
                    + (evaluation.isEmpty() ? "nothing" : String.join(", ", new TreeSet<>(evaluation.keySet()))));
        }
        boolean better =
                Double.isFinite(value) && (state.bestStep() < 0 || sign * value < sign * state.best() - minDelta);
        state = better ? new State(step, value, 0) : new State(state.bestStep(), state.best(), state.waited() + 1);
        return better;
    }

    /** Counts from 0 again; the best stays. */
    void startAgain() {
        state = new State(state.bestStep(), state.best(), 0);
    }

    State state() {
        return state;
    }

    void restore(State earlier) {
        state = earlier;
    }
}
