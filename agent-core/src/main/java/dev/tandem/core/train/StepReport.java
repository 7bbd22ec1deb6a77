package dev.tandem.core.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One logged step.
 *
 * @param step number of the step, counted from 1
 * @param steps steps of the whole run
 * @param loss this step's loss, averaged over the accumulated batches
 * @param metrics the task's metrics of this step, averaged in the same way
 * @param learningRate before the groups' factors
 * @param gradNorm norm of all gradients before clipping; not finite where the step was skipped for that reason
 * @param skipped steps skipped so far because of gradients that were not finite
 * @param samplesPerSecond speed since the last report
 * @param seconds time spent in this process since the run started or was resumed
 */
public record StepReport(
        long step,
        long steps,
        double loss,
        Map<String, Double> metrics,
        double learningRate,
        double gradNorm,
        long skipped,
        double samplesPerSecond,
        double seconds) {

    public StepReport {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
