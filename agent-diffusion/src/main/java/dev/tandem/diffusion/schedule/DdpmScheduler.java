package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Denoising diffusion (Ho et al. 2020, algorithm 2), equal to diffusers' {@code DDPMScheduler} with fixed variances: every step but the
 * last adds noise.
 */
public final class DdpmScheduler extends TableScheduler {

    private static final float MIN_VARIANCE = 1e-20f;

    public DdpmScheduler(SchedulerConfig config) {
        super(config);
    }

    /** Its sampler has no settings; {@code options} must be the default. */
    @Override
    public Sampling start(Steps steps, SamplingOptions options) {
        if (!options.equals(SamplingOptions.DEFAULT)) {
            throw new IllegalArgumentException(
                    "DDPM takes no settings of the sampler, got " + options + "; use DDIM for eta");
        }
        int trained = config().trainTimesteps();
        if (!steps.timesteps().isEmpty()) {
            return new Run(steps.whole(trained));
        }
        steps.requireSpaced("DDPM");
        return new Run(config().timestepSpacing().timesteps(trained, steps.count(), config().stepsOffset()));
    }

    private final class Run extends TableRun {

        Run(long[] timesteps) {
            super(timesteps);
        }

        @Override
        public boolean drawsNoise(int k) {
            return timesteps[k] > 0;
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            // 1. share of the picture now and after this step, and the noise of the step between them
            float alphaBar = table().at(timesteps[k]);
            float next = k + 1 < timesteps.length ? table().at(timesteps[k + 1]) : 1;
            float alpha = alphaBar / next;
            float beta = 1 - alpha;
            // 2. the picture that the prediction means
            Tensor picture = limiter().apply(Prediction.picture(config().predictionType(), output, sample, alphaBar));
            // 3. mean of the next sample (equation 7)
            float ofPicture = (float) Math.sqrt(next) * beta / (1 - alphaBar);
            float ofSample = (float) Math.sqrt(alpha) * (1 - next) / (1 - alphaBar);
            Tensor mean = picture.mul(ofPicture).add(sample.mul(ofSample));
            // 4. noise
            if (!drawsNoise(k)) {
                return mean;
            }
            if (noise == null) {
                throw new IllegalArgumentException("step " + k + " of DDPM draws noise");
            }
            return mean.add(noise.mul(deviation(alphaBar, next, beta)));
        }

        private float deviation(float alphaBar, float next, float beta) {
            float small = Math.max((1 - next) / (1 - alphaBar) * beta, MIN_VARIANCE);
            return switch (config().varianceType()) {
                case FIXED_SMALL -> (float) Math.sqrt(small);
                case FIXED_SMALL_LOG -> (float) Math.exp(0.5f * (float) Math.log(small));
                case FIXED_LARGE -> (float) Math.sqrt(beta);
            };
        }
    }
}
