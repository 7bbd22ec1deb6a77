package dev.tandem.diffusion.schedule;

/** Variance of the noise that a DDPM step adds (Ho et al. 2020, section 3.2). */
public enum VarianceType {
    /** (1 - ᾱ_{t-1}) / (1 - ᾱ_t) β_t. */
    FIXED_SMALL("fixed_small"),
    /** The same, through its logarithm. */
    FIXED_SMALL_LOG("fixed_small_log"),
    /** β_t. */
    FIXED_LARGE("fixed_large");

    private final String configName;

    VarianceType(String configName) {
        this.configName = configName;
    }

    /** The name in configuration files. */
    public String configName() {
        return configName;
    }
}
