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
 * @param seconds time spent in this process
 */
public record TrainResult(Outcome outcome, long step, Map<String, Double> evaluation, Path checkpoint, double seconds) {

    /** Why a run ended. */
    public enum Outcome {
        /** All steps are done. */
        FINISHED,
        /** {@code max_seconds} are over; the run can be resumed. */
        OUT_OF_TIME,
        /** Someone asked it to stop; the run can be resumed. */
        INTERRUPTED
    }

    public TrainResult {
        evaluation = Map.copyOf(evaluation);
    }
}
