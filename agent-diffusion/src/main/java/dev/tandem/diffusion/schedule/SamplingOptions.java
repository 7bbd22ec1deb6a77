package dev.tandem.diffusion.schedule;

/**
 * Settings of a run of the sampler, for DDIM.
 *
 * @param eta how much of DDPM's noise each step adds (Song et al. 2021, equation 16); 0 for none, 1 for all
 * @param reuseClipped whether the noise is derived again from the clipped picture ({@code use_clipped_model_output})
 */
public record SamplingOptions(double eta, boolean reuseClipped) {

    /** No noise. */
    public static final SamplingOptions DEFAULT = new SamplingOptions(0, false);

    public SamplingOptions {
        if (!(eta >= 0) || eta > 1) {
            throw new IllegalArgumentException("eta lies from 0 to 1, got " + eta);
        }
    }

    public static SamplingOptions eta(double eta) {
        return new SamplingOptions(eta, false);
    }
}
