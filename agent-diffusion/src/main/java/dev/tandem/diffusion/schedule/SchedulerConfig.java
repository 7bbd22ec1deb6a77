package dev.tandem.diffusion.schedule;

import java.util.List;

/**
 * Settings of a schedule, as in {@code scheduler/scheduler_config.json}.
 *
 * @param trainTimesteps T, time steps of training
 * @param betaStart noise of the first step
 * @param betaEnd noise of the last step
 * @param betaSchedule between them
 * @param trainedBetas noise of each step, instead of a schedule; empty for the schedule
 * @param predictionType what the network predicts
 * @param timestepSpacing which time steps a run visits
 * @param stepsOffset added to them where they are spaced {@code leading}
 * @param rescaleBetasZeroSnr whether the last time step is made pure noise (Lin et al. 2024, algorithm 1)
 * @param clipSample whether predicted pictures are clipped
 * @param clipSampleRange to minus this and this
 * @param thresholding whether they are clipped to a percentile instead (Saharia et al. 2022, section 2.3)
 * @param dynamicThresholdingRatio the percentile
 * @param sampleMaxValue its upper limit
 * @param varianceType noise of a DDPM step
 * @param setAlphaToOne whether DDIM's last step ends in no noise at all, or in that of time step 0
 */
public record SchedulerConfig(
        int trainTimesteps,
        double betaStart,
        double betaEnd,
        BetaSchedule betaSchedule,
        List<Double> trainedBetas,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean rescaleBetasZeroSnr,
        boolean clipSample,
        double clipSampleRange,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double sampleMaxValue,
        VarianceType varianceType,
        boolean setAlphaToOne) {

    /** A hundred times those of published models. */
    static final int MAX_TIMESTEPS = 100_000;

    public SchedulerConfig {
        trainedBetas = List.copyOf(trainedBetas);
        if (trainTimesteps < 1 || trainTimesteps > MAX_TIMESTEPS) {
            throw new IllegalArgumentException(
                    "num_train_timesteps lies from 1 to " + MAX_TIMESTEPS + ", got " + trainTimesteps);
        }
        if (!trainedBetas.isEmpty() && trainedBetas.size() != trainTimesteps) {
            throw new IllegalArgumentException("trained_betas has " + trainedBetas.size() + " values for "
                    + trainTimesteps + " num_train_timesteps");
        }
        if (!(betaStart > 0) || !(betaEnd < 1) || betaStart > betaEnd) {
            throw new IllegalArgumentException(
                    "beta_start and beta_end must rise within 0 and 1, got " + betaStart + " and " + betaEnd);
        }
    }

    /** A builder with the defaults of diffusers. */
    public static Builder builder() {
        return new Builder();
    }

    /** The schedule of Stable Diffusion. */
    public static Builder stableDiffusion() {
        return builder()
                .betaStart(0.00085)
                .betaEnd(0.012)
                .betaSchedule(BetaSchedule.SCALED_LINEAR)
                .clipSample(false)
                .setAlphaToOne(false)
                .stepsOffset(1);
    }

    /** Builds a {@link SchedulerConfig}. */
    public static final class Builder {
        private int trainTimesteps = 1000;
        private double betaStart = 0.0001;
        private double betaEnd = 0.02;
        private BetaSchedule betaSchedule = BetaSchedule.LINEAR;
        private List<Double> trainedBetas = List.of();
        private PredictionType predictionType = PredictionType.EPSILON;
        private TimestepSpacing timestepSpacing = TimestepSpacing.LEADING;
        private int stepsOffset;
        private boolean rescaleBetasZeroSnr;
        private boolean clipSample = true;
        private double clipSampleRange = 1;
        private boolean thresholding;
        private double dynamicThresholdingRatio = 0.995;
        private double sampleMaxValue = 1;
        private VarianceType varianceType = VarianceType.FIXED_SMALL;
        private boolean setAlphaToOne = true;

        private Builder() {}

        public Builder trainTimesteps(int value) {
            trainTimesteps = value;
            return this;
        }

        public Builder betaStart(double value) {
            betaStart = value;
            return this;
        }

        public Builder betaEnd(double value) {
            betaEnd = value;
            return this;
        }

        public Builder betaSchedule(BetaSchedule value) {
            betaSchedule = value;
            return this;
        }

        public Builder trainedBetas(List<Double> value) {
            trainedBetas = value;
            return this;
        }

        public Builder predictionType(PredictionType value) {
            predictionType = value;
            return this;
        }

        public Builder timestepSpacing(TimestepSpacing value) {
            timestepSpacing = value;
            return this;
        }

        public Builder stepsOffset(int value) {
            stepsOffset = value;
            return this;
        }

        public Builder rescaleBetasZeroSnr(boolean value) {
            rescaleBetasZeroSnr = value;
            return this;
        }

        public Builder clipSample(boolean value) {
            clipSample = value;
            return this;
        }

        public Builder clipSampleRange(double value) {
            clipSampleRange = value;
            return this;
        }

        public Builder thresholding(boolean value) {
            thresholding = value;
            return this;
        }

        public Builder dynamicThresholdingRatio(double value) {
            dynamicThresholdingRatio = value;
            return this;
        }

        public Builder sampleMaxValue(double value) {
            sampleMaxValue = value;
            return this;
        }

        public Builder varianceType(VarianceType value) {
            varianceType = value;
            return this;
        }

        public Builder setAlphaToOne(boolean value) {
            setAlphaToOne = value;
            return this;
        }

        public SchedulerConfig build() {
            return new SchedulerConfig(
                    trainTimesteps,
                    betaStart,
                    betaEnd,
                    betaSchedule,
                    trainedBetas,
                    predictionType,
                    timestepSpacing,
                    stepsOffset,
                    rescaleBetasZeroSnr,
                    clipSample,
                    clipSampleRange,
                    thresholding,
                    dynamicThresholdingRatio,
                    sampleMaxValue,
                    varianceType,
                    setAlphaToOne);
        }
    }
}
