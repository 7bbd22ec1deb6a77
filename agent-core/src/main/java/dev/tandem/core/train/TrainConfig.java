package dev.tandem.core.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a training run. In a configuration file the names are written with underscores ({@code learning_rate}); what is
 * left out has the default of {@link #builder()}.
 *
 * @param steps optimizer steps of the whole run
 * @param learningRate full learning rate
 * @param warmupSteps steps over which the learning rate grows from 0 to its full value along a line
 * @param schedule how the learning rate falls after the warm-up
 * @param plateau settings of the schedule {@code plateau}; null for the others
 * @param finalFactor share of the learning rate that is left at the last step, or at least with {@code plateau}; not used by a constant
 *     schedule
 * @param weightDecay decoupled weight decay, multiplied by the learning rate (Loshchilov and Hutter 2019)
 * @param beta1 decay of the mean gradient
 * @param beta2 decay of the mean squared gradient
 * @param eps added to AdamW's denominator
 * @param clipNorm largest Euclidean norm of all gradients together; longer ones are shortened to it; 0 for no limit
 * @param accumulate batches whose gradients are averaged for one step
 * @param parallel whether the two batches of {@code accumulate} 2 are computed at the same time, each on a thread of its own. Sums of two do
 *     not depend on which was first, so the run is the same as one batch after the other; on a CPU, two threads that share nothing are
 *     faster than one computation on two cores, so run with {@code OMP_NUM_THREADS=1}
 * @param precision {@code float32}, or {@code bfloat16} for matrix products, convolutions and attention of the networks that are trained;
 *     weights, optimizer, norms, softmax and losses stay in float32
 * @param checkpointing keeps of the networks' blocks only what goes in, and computes them again on the way back: less memory for more time,
 *     and the same gradients
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}: where it computes, unless {@code --device} says otherwise
 * @param emaDecay decay of the averaged weights, in [0, 1); 0 for none. Early in the run it is at most (1 + step) / (10 + step)
 * @param seed decides everything that is random in the run
 * @param logEvery steps between two log lines
 * @param checkpointEvery steps between two checkpoints; 0 for one at the end only
 * @param evaluateEvery steps between two evaluations; 0 for one at the end only
 * @param earlyStopping ends the run when an evaluation does not get better any more; null to do all steps
 * @param keepCheckpoints how many of the newest checkpoints are kept, beside the best one where {@code early_stopping} watches
 * @param maxSeconds time after which the run stops cleanly, to be resumed; 0 for no limit
 */
@JsonDeserialize(builder = TrainConfig.Builder.class)
public record TrainConfig(
        long steps,
        double learningRate,
        long warmupSteps,
        Schedule schedule,
        @Nullable Plateau plateau,
        double finalFactor,
        double weightDecay,
        double beta1,
        double beta2,
        double eps,
        double clipNorm,
        int accumulate,
        boolean parallel,
        Precision precision,
        boolean checkpointing,
        String device,
        double emaDecay,
        long seed,
        long logEvery,
        long checkpointEvery,
        long evaluateEvery,
        @Nullable EarlyStopping earlyStopping,
        int keepCheckpoints,
        double maxSeconds) {

    public TrainConfig {
        require(steps >= 1, "steps must be at least 1", steps);
        require(learningRate > 0 && Double.isFinite(learningRate), "learning_rate must be above 0", learningRate);
        require(warmupSteps >= 0, "warmup_steps must not be negative", warmupSteps);
        require(
                warmupSteps < steps || !schedule.endsWithSteps(),
                "warmup_steps must be below steps (" + steps + "), or the schedule has nothing left to fall over",
                warmupSteps);
        require(finalFactor >= 0 && finalFactor <= 1, "final_factor must be from 0 to 1", finalFactor);
        require(weightDecay >= 0 && weightDecay < 1, "weight_decay must be from 0 to below 1", weightDecay);
        require(beta1 >= 0 && beta1 < 1, "beta1 must be from 0 to below 1", beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2 must be from 0 to below 1", beta2);
        require(eps > 0, "eps must be above 0", eps);
        require(clipNorm >= 0, "clip_norm must not be negative (0 is no limit)", clipNorm);
        require(accumulate >= 1, "accumulate must be at least 1", accumulate);
        require(!parallel || accumulate == 2, "parallel needs accumulate 2", accumulate);
        try {
            Device.parse(device);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("training: " + e.getMessage(), e);
        }
        require(emaDecay >= 0 && emaDecay < 1, "ema_decay must be from 0 to below 1", emaDecay);
        require(logEvery >= 1, "log_every must be at least 1", logEvery);
        require(checkpointEvery >= 0, "checkpoint_every must not be negative (0 is: at the end only)", checkpointEvery);
        require(evaluateEvery >= 0, "evaluate_every must not be negative (0 is: at the end only)", evaluateEvery);
        require(
                evaluateEvery > 0 || (plateau == null && earlyStopping == null),
                "plateau and early_stopping look at evaluations, so evaluate_every must be above 0",
                evaluateEvery);
        if ((schedule == Schedule.PLATEAU) != (plateau != null)) {
            throw new IllegalArgumentException(
                    "training: the schedule 'plateau' and its settings 'plateau' come together, e.g. "
                            + "\"schedule\": \"plateau\", \"plateau\": {\"metric\": \"loss\", \"patience\": 3, \"factor\": 0.3}");
        }
        require(keepCheckpoints >= 1, "keep_checkpoints must be at least 1", keepCheckpoints);
        require(maxSeconds >= 0, "max_seconds must not be negative (0 is no limit)", maxSeconds);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException("training: " + rule + ", got " + value);
        }
    }

    /** The learning rate of a step counted from 1; without what a plateau takes away. */
    public double learningRateAt(long step) {
        if (step <= warmupSteps) {
            return learningRate * step / warmupSteps;
        }
        double done = Math.min(1, (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps));
        return learningRate * (1 - (1 - finalFactor) * schedule.fall(done));
    }

    /** AdamW with the paper's settings: 5e-5 after 1000 steps of warm-up, weight decay 0.01. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        return new Builder()
                .steps(steps)
                .learningRate(learningRate)
                .warmupSteps(warmupSteps)
                .schedule(schedule)
                .plateau(plateau)
                .finalFactor(finalFactor)
                .weightDecay(weightDecay)
                .beta1(beta1)
                .beta2(beta2)
                .eps(eps)
                .clipNorm(clipNorm)
                .accumulate(accumulate)
                .parallel(parallel)
                .precision(precision)
                .checkpointing(checkpointing)
                .device(device)
                .emaDecay(emaDecay)
                .seed(seed)
                .logEvery(logEvery)
                .checkpointEvery(checkpointEvery)
                .evaluateEvery(evaluateEvery)
                .earlyStopping(earlyStopping)
                .keepCheckpoints(keepCheckpoints)
                .maxSeconds(maxSeconds);
    }

    /** Builds a {@link TrainConfig}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private long steps = 10_000;
        private double learningRate = 5e-5;
        private long warmupSteps = 1000;
        private Schedule schedule = Schedule.CONSTANT;
        private @Nullable Plateau plateau;
        private double finalFactor = 0.1;
        private double weightDecay = 0.01;
        private double beta1 = 0.9;
        private double beta2 = 0.999;
        private double eps = 1e-8;
        private double clipNorm = 1;
        private int accumulate = 1;
        private boolean parallel;
        private Precision precision = Precision.FLOAT32;
        private boolean checkpointing;
        private String device = Device.CPU.toString();
        private double emaDecay;
        private long seed = 1;
        private long logEvery = 10;
        private long checkpointEvery = 1000;
        private long evaluateEvery;
        private @Nullable EarlyStopping earlyStopping;
        private int keepCheckpoints = 2;
        private double maxSeconds;

        private Builder() {}

        public Builder steps(long value) {
            steps = value;
            return this;
        }

        public Builder learningRate(double value) {
            learningRate = value;
            return this;
        }

        public Builder warmupSteps(long value) {
            warmupSteps = value;
            return this;
        }

        public Builder schedule(Schedule value) {
            schedule = value;
            return this;
        }

        public Builder plateau(@Nullable Plateau value) {
            plateau = value;
            return this;
        }

        public Builder finalFactor(double value) {
            finalFactor = value;
            return this;
        }

        public Builder weightDecay(double value) {
            weightDecay = value;
            return this;
        }

        public Builder beta1(double value) {
            beta1 = value;
            return this;
        }

        public Builder beta2(double value) {
            beta2 = value;
            return this;
        }

        public Builder eps(double value) {
            eps = value;
            return this;
        }

        public Builder clipNorm(double value) {
            clipNorm = value;
            return this;
        }

        public Builder accumulate(int value) {
            accumulate = value;
            return this;
        }

        public Builder parallel(boolean value) {
            parallel = value;
            return this;
        }

        public Builder precision(Precision value) {
            precision = value;
            return this;
        }

        public Builder checkpointing(boolean value) {
            checkpointing = value;
            return this;
        }

        public Builder device(String value) {
            device = value;
            return this;
        }

        public Builder emaDecay(double value) {
            emaDecay = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder logEvery(long value) {
            logEvery = value;
            return this;
        }

        public Builder checkpointEvery(long value) {
            checkpointEvery = value;
            return this;
        }

        public Builder evaluateEvery(long value) {
            evaluateEvery = value;
            return this;
        }

        public Builder earlyStopping(@Nullable EarlyStopping value) {
            earlyStopping = value;
            return this;
        }

        public Builder keepCheckpoints(int value) {
            keepCheckpoints = value;
            return this;
        }

        public Builder maxSeconds(double value) {
            maxSeconds = value;
            return this;
        }

        public TrainConfig build() {
            return new TrainConfig(
                    steps,
                    learningRate,
                    warmupSteps,
                    schedule,
                    plateau,
                    finalFactor,
                    weightDecay,
                    beta1,
                    beta2,
                    eps,
                    clipNorm,
                    accumulate,
                    parallel,
                    precision,
                    checkpointing,
                    device,
                    emaDecay,
                    seed,
                    logEvery,
                    checkpointEvery,
                    evaluateEvery,
                    earlyStopping,
                    keepCheckpoints,
                    maxSeconds);
        }
    }
}
