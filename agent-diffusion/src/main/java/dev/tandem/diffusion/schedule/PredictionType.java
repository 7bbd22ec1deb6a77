package dev.tandem.diffusion.schedule;

/** What the network predicts. */
public enum PredictionType {
    /** The noise ε (Ho et al. 2020). */
    EPSILON("epsilon"),
    /** The picture x_0. */
    SAMPLE("sample"),
    /** The velocity √ᾱ ε - √(1 - ᾱ) x_0 (Salimans and Ho 2022). */
    V_PREDICTION("v_prediction"),
    /** The flow ε - x_0 (Liu et al. 2023; Esser et al. 2024). */
    FLOW_PREDICTION("flow_prediction");

    private final String configName;

    PredictionType(String configName) {
        this.configName = configName;
    }

    /** The name in configuration files. */
    public String configName() {
        return configName;
    }
}
