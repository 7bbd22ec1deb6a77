package dev.tandem.diffusion.pipeline;

import dev.tandem.diffusion.schedule.SamplingOptions;

/**
 * How latents are drawn.
 *
 * @param steps of the sampler
 * @param guidance weight of the prompt over the negative one (Ho and Salimans 2022, equation 6, where it is 1 + w); at most 1 for none
 * @param sampling settings of the sampler
 */
public record SamplerSettings(int steps, double guidance, SamplingOptions sampling) {

    /** Without noise in the steps. */
    public static SamplerSettings of(int steps, double guidance) {
        return new SamplerSettings(steps, guidance, SamplingOptions.DEFAULT);
    }

    boolean guided() {
        return guidance > 1;
    }
}
