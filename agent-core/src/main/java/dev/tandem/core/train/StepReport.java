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
 * @param speed how fast it goes
 */
public record StepReport(
        long step,
        long steps,
        double loss,
        Map<String, Double> metrics,
        double learningRate,
        double gradNorm,
        long skipped,
        Speed speed) {

    /**
     * How fast a run goes.
     *
     * @param samplesPerSecond since the last report
     * @param tokensPerSecond likewise; 0 for a task without text
     * @param imagesPerSecond likewise; 0 for a task without pictures
     * @param seconds time spent in this process since the run started or was resumed
     * @param secondsLeft time until the last step, evaluations and checkpoints included, if it goes on as in this process
     */
    public record Speed(
            double samplesPerSecond,
            double tokensPerSecond,
            double imagesPerSecond,
            double seconds,
            double secondsLeft) {}

    public StepReport {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
