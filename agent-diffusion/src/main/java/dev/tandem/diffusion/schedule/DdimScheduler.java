package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Denoising diffusion implicit models (Song et al. 2021), equal to diffusers' {@code DDIMScheduler}. */
public final class DdimScheduler extends TableScheduler {

    public DdimScheduler(SchedulerConfig config) {
        super(config);
    }

    @Override
    public Sampling start(Steps steps, SamplingOptions options) {
        steps.requireSpaced("DDIM");
        int trained = config().trainTimesteps();
        long[] timesteps = config().timestepSpacing().timesteps(trained, steps.count(), config().stepsOffset());
        return new Run(timesteps, trained / steps.count(), options);
    }

    private final class Run extends TableRun {

        private final long stride;
        private final SamplingOptions options;

        Run(long[] timesteps, long stride, SamplingOptions options) {
            super(timesteps);
            this.stride = stride;
            this.options = options;
        }

        @Override
        public boolean drawsNoise(int k) {
            return options.eta() > 0;
        }

        @Override
        public Tensor step(int k, Tensor output, Tensor sample, @Nullable Tensor noise) {
            // 1. share of the picture now and after this step
            float alphaBar = table().at(timesteps[k]);
            float next = next(timesteps[k] - stride);
            // 2. the picture and the noise that the prediction means
            Tensor picture = limiter().apply(Prediction.picture(config().predictionType(), output, sample, alphaBar));
            Tensor epsilon = options.reuseClipped()
                    ? Prediction.noise(PredictionType.SAMPLE, picture, sample, alphaBar)
                    : Prediction.noise(config().predictionType(), output, sample, alphaBar);
            // 3. deviation of fresh noise (equation 16)
            float variance = (1 - next) / (1 - alphaBar) * (1 - alphaBar / next);
            float sigma = (float) options.eta() * (float) Math.sqrt(variance);
            // 4. the next sample (equation 12)
            Tensor direction = epsilon.mul((float) Math.sqrt(Math.max(0, 1 - next - sigma * sigma)));
            Tensor mean = picture.mul((float) Math.sqrt(next)).add(direction);
            if (!drawsNoise(k)) {
                return mean;
            }
            if (noise == null) {
                throw new IllegalArgumentException("step " + k + " of DDIM with eta " + options.eta() + " draws noise");
            }
            return mean.add(noise.mul(sigma));
        }

        private float next(long timestep) {
            if (timestep >= 0) {
                return table().at(timestep);
            }
            return config().setAlphaToOne() ? 1 : table().at(0);
        }
    }
}
