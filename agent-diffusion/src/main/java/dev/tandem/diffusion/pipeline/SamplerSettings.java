package dev.tandem.diffusion.pipeline;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.schedule.SamplingOptions;
import org.jspecify.annotations.Nullable;

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

    /** What the network is told: with guidance the negative prompts first. */
    Prompt conditions(TensorEngine engine, Prompt prompt, @Nullable Prompt negative) {
        if (!guided()) {
            return prompt;
        }
        if (negative == null) {
            throw new IllegalArgumentException("a guidance of " + guidance + " needs negative prompts, be they empty");
        }
        return negative.then(engine, prompt);
    }

    boolean guided() {
        return guidance > 1;
    }
}
