package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;

/** What a network's output says about the picture x_0 and the noise ε in a sample x_t. */
final class Prediction {

    private Prediction() {}

    static Tensor picture(PredictionType type, Tensor output, Tensor sample, float alphaBar) {
        double signal = (float) Math.sqrt(alphaBar);
        double noise = (float) Math.sqrt(1 - alphaBar);
        return switch (type) {
            case EPSILON -> sample.sub(output.mul(noise)).div(signal);
            case SAMPLE -> output;
            case V_PREDICTION -> sample.mul(signal).sub(output.mul(noise));
            case FLOW_PREDICTION -> throw noTable();
        };
    }

    static Tensor noise(PredictionType type, Tensor output, Tensor sample, float alphaBar) {
        double signal = (float) Math.sqrt(alphaBar);
        double noise = (float) Math.sqrt(1 - alphaBar);
        return switch (type) {
            case EPSILON -> output;
            case SAMPLE -> sample.sub(output.mul(signal)).div(noise);
            case V_PREDICTION -> output.mul(signal).add(sample.mul(noise));
            case FLOW_PREDICTION -> throw noTable();
        };
    }

    private static IllegalArgumentException noTable() {
        return new IllegalArgumentException(
                "a network that predicts flows is sampled by flow matching or by DPM-Solver++ with use_flow_sigmas");
    }
}
