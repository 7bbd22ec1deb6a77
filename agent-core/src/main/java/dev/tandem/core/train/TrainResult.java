package dev.tandem.core.train;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param outcome why it ended
 * @param step steps that are done
 * @param evaluation the last evaluation; empty if there was none
 * @param checkpoint the last checkpoint
 * @param used the checkpoint whose weights the run gives: the one of the best evaluation where {@code early_stopping} watches, else the
 *     last
 * @param seconds time spent in this process
 */
public record TrainResult(
        Outcome outcome, long step, Map<String, Double> evaluation, Path checkpoint, Path used, double seconds) {

    /** Why a run ended. */
    public enum Outcome {
        /** All steps are done. */
        FINISHED,
        /** {@code max_seconds} are over; the run can be resumed. */
        OUT_OF_TIME,
        /** Someone asked it to stop; the run can be resumed. */
        INTERRUPTED,
        /** The evaluation that {@code early_stopping} watches did not get better any more. */
        STOPPED_EARLY
    }

    public TrainResult {
        evaluation = Map.copyOf(evaluation);
    }
}
