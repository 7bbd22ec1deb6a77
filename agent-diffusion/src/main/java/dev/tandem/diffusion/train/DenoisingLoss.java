package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.unet.UNet2DCondition;
import java.util.random.RandomGenerator;

/**
 * Mean squared error of what a denoiser predicts (Ho et al. 2020, equation 14; velocities as in Salimans and Ho 2022), averaged over a
 * batch of pictures, each at its own time step.
 *
 * @param scheduler adds the noise and says what is to be predicted
 * @param minSnr γ of min-SNR weighting (Hang et al. 2023, equation 8), such as 5: no picture's signal-to-noise ratio counts for more than
 *     this; 0 for no weighting
 */
public record DenoisingLoss(Scheduler scheduler, double minSnr) {

    public DenoisingLoss {
        if (!(minSnr >= 0)) {
            throw new IllegalArgumentException("min_snr must not be negative (0 is no weighting), got " + minSnr);
        }
    }

    /**
     * The loss of a batch.
     *
     * @param latents [B, C, h, w], scaled as the denoiser sees them
     * @param context hidden states of the text, [B, S, D]
     * @param noise standard normal, of the latents' shape
     * @param timesteps one for each of the latents
     * @return a scalar
     */
    public Tensor of(UNet2DCondition unet, Tensor latents, Tensor context, Tensor noise, long[] timesteps) {
        return weighted(unet, latents, context, noise, timesteps).mean();
    }

    /**
     * The loss of each picture of a batch by itself: [B]; the arguments are those of {@link #of}.
     */
    public Tensor each(UNet2DCondition unet, Tensor latents, Tensor context, Tensor noise, long[] timesteps) {
        return weighted(unet, latents, context, noise, timesteps)
                .reshape(timesteps.length, -1)
                .mean(1, false);
    }

    private Tensor weighted(UNet2DCondition unet, Tensor latents, Tensor context, Tensor noise, long[] timesteps) {
        Tensor times = latents.engine().tensor(timesteps, timesteps.length);
        Tensor noisy = scheduler.addNoise(latents, noise, timesteps);
        Tensor prediction = latents.engine()
                .mixed(() -> unet.forward(noisy, times, context))
                .to(DType.FLOAT32);
        Tensor error =
                prediction.sub(scheduler.target(latents, noise, timesteps)).square();
        if (minSnr == 0) {
            return error;
        }
        float[] weights = new float[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) weight(scheduler.alphaBar(timesteps[i]));
        }
        return error.mul(latents.engine().tensor(weights, weights.length, 1, 1, 1));
    }

    private double weight(double alphaBar) {
        double snr = alphaBar / (1 - alphaBar);
        double limited = Math.min(snr, minSnr);
        return switch (scheduler.config().predictionType()) {
            case EPSILON -> limited / snr;
            case SAMPLE -> limited;
            case V_PREDICTION -> limited / (snr + 1);
            case FLOW_PREDICTION ->
                throw new IllegalArgumentException("min-SNR weights are not defined for flows; set 'min_snr' to 0");
        };
    }

    /** One time step for each of some pictures, all equally likely. */
    long[] drawTimesteps(RandomGenerator random, int n) {
        return random.longs(n, 0, scheduler.config().trainTimesteps()).toArray();
    }
}
