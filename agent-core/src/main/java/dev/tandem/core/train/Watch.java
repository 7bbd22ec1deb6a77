package dev.tandem.core.train;

import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the evaluations of a run decide: its learning rate ({@link Plateau}), its end and its best step ({@link EarlyStopping}). */
final class Watch {

    /**
     * Where it is, for checkpoints.
     *
     * @param stopping of early stopping
     * @param plateau of the schedule
     * @param falls how often the learning rate was lowered
     */
    record State(Patience.State stopping, Patience.State plateau, int falls) {}

    private final TrainConfig config;
    private final @Nullable Patience stopping;
    private final @Nullable Patience plateau;
    private int falls;

    Watch(TrainConfig config) {
        this.config = config;
        EarlyStopping end = config.earlyStopping();
        Plateau fall = config.plateau();
        stopping =
                end == null ? null : new Patience("early_stopping", end.metric(), end.minDelta(), end.largerIsBetter());
        plateau = fall == null ? null : new Patience("plateau", fall.metric(), fall.minDelta(), fall.largerIsBetter());
    }

    /** Whether there is anything to watch, and so a state to keep. */
    boolean isOn() {
        return stopping != null || plateau != null;
    }

    /**
     * Takes an evaluation.
     *
     * @return whether it is the best one for early stopping, so that its checkpoint is to be kept
     */
    boolean add(long step, Map<String, Double> evaluation) {
        Plateau fall = config.plateau();
        if (plateau != null && fall != null && !plateau.add(step, evaluation)) {
            if (plateau.state().waited() >= fall.patience()) {
                falls++;
                plateau.startAgain();
            }
        }
        return stopping != null && stopping.add(step, evaluation);
    }

    /** Whether early stopping ends the run here. */
    boolean isOver() {
        EarlyStopping end = config.earlyStopping();
        return stopping != null && end != null && stopping.state().waited() >= end.patience();
    }

    /** The step of the best evaluation, where early stopping watches. */
    OptionalLong best() {
        return stopping == null || stopping.state().bestStep() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(stopping.state().bestStep());
    }

    /** The learning rate of a step counted from 1. */
    double learningRateAt(long step) {
        Plateau fall = config.plateau();
        double rate = config.learningRateAt(step);
        return fall == null ? rate : rate * Math.max(config.finalFactor(), Math.pow(fall.factor(), falls));
    }

    State state() {
        return new State(
                stopping == null ? Patience.State.START : stopping.state(),
                plateau == null ? Patience.State.START : plateau.state(),
                falls);
    }

    void restore(State earlier) {
        if (stopping != null) {
            stopping.restore(earlier.stopping());
        }
        if (plateau != null) {
            plateau.restore(earlier.plateau());
            falls = earlier.falls();
        }
    }
}
