package dev.tandem.core.train;

import java.nio.file.Path;
import java.util.Map;

/** Told what happens in a run, on the training thread. */
public interface TrainListener {

    /**
     * Before the first step.
     *
     * @param task name of the task
     * @param parameters number of trained values
     * @param step steps that were done before: 0, or the step of the checkpoint that the run resumes from
     */
    default void started(String task, long parameters, long step, TrainConfig config) {}

    /** After every step, whether it is logged or not: for progress bars. */
    default void stepped(long step) {}

    /** After each step that is logged. */
    default void logged(StepReport report) {}

    /** After an evaluation; {@code step} steps are done. */
    default void evaluated(long step, Map<String, Double> metrics) {}

    /** After a checkpoint was written. */
    default void saved(long step, Path checkpoint) {}

    /** At the end, after the last checkpoint. */
    default void finished(TrainResult result) {}
}
