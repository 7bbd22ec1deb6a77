package dev.tandem.llm.model;

import java.util.List;

/** Rotary frequencies θ^(-2i/d), i = 0 … d/2 - 1, stretched as {@link RopeScaling} says; float32 as transformers computes them. */
final class RopeFrequencies {

    private RopeFrequencies() {}

    /**
     * Frequencies of one head.
     *
     * @param positions length of the sequence, which only {@link RopeScaling.Dynamic} and {@link RopeScaling.LongRope} look at
     */
    static float[] of(int headDim, double theta, RopeScaling scaling, int maxPositions, int positions) {
        if (scaling instanceof RopeScaling.Linear linear) {
            float[] f = plain(headDim, theta);
            for (int i = 0; i < f.length; i++) {
                f[i] /= (float) linear.factor();
            }
            return f;
        }
        if (scaling instanceof RopeScaling.Dynamic dynamic) {
            double stretch =
                    dynamic.factor() * Math.max(positions, maxPositions) / maxPositions - (dynamic.factor() - 1);
            return plain(headDim, theta * Math.pow(stretch, headDim / (headDim - 2.0)));
        }
        if (scaling instanceof RopeScaling.Llama3 llama3) {
            return llama3(plain(headDim, theta), llama3);
        }
        if (scaling instanceof RopeScaling.Yarn yarn) {
            return yarn(plain(headDim, theta), headDim, theta, yarn);
        }
        if (scaling instanceof RopeScaling.LongRope longRope) {
            return longRope(
                    positions > longRope.originalMaxPositions() ? longRope.longFactors() : longRope.shortFactors(),
                    headDim,
                    theta);
        }
        return plain(headDim, theta);
    }

    /** What cosine and sine are multiplied by. */
    static float attentionFactor(RopeScaling scaling) {
        if (scaling instanceof RopeScaling.Yarn yarn) {
            Double given = yarn.attentionFactor();
            return (float) (given != null ? given : 0.1 * Math.log(yarn.factor()) + 1);
        }
        if (scaling instanceof RopeScaling.LongRope longRope) {
            return (float) longRope.attentionFactor();
        }
        return 1;
    }

    private static float[] plain(int headDim, double theta) {
        float[] f = new float[headDim / 2];
        for (int i = 0; i < f.length; i++) {
            float exponent = (float) (2 * i) / headDim;
            f[i] = 1 / (float) Math.pow(theta, exponent);
        }
        return f;
    }

    private static float[] longRope(List<Double> factors, int headDim, double theta) {
        if (factors.size() != headDim / 2) {
            throw new IllegalArgumentException("rope_scaling longrope has " + factors.size() + " factors; heads of "
                    + headDim + " values need " + headDim / 2);
        }
        float[] f = new float[headDim / 2];
        for (int i = 0; i < f.length; i++) {
            float exponent = (float) (2 * i) / headDim;
            f[i] = 1 / (factors.get(i).floatValue() * (float) Math.pow(theta, exponent));
        }
        return f;
    }

    private static float[] llama3(float[] f, RopeScaling.Llama3 s) {
        float old = s.originalMaxPositions();
        float low = (float) s.lowFreqFactor();
        float high = (float) s.highFreqFactor();
        float factor = (float) s.factor();
        float[] out = new float[f.length];
        for (int i = 0; i < f.length; i++) {
            float wavelength = (float) (2 * Math.PI) / f[i];
            if (wavelength > (float) (s.originalMaxPositions() / s.lowFreqFactor())) {
                out[i] = f[i] / factor;
            } else if (wavelength < (float) (s.originalMaxPositions() / s.highFreqFactor())) {
                out[i] = f[i];
            } else {
                float smooth = (old / wavelength - low) / (float) (s.highFreqFactor() - s.lowFreqFactor());
                out[i] = (1 - smooth) * f[i] / factor + smooth * f[i];
            }
        }
        return out;
    }

    private static float[] yarn(float[] f, int headDim, double theta, RopeScaling.Yarn s) {
        double low = correctionDim(s.betaFast(), headDim, theta, s.originalMaxPositions());
        double high = correctionDim(s.betaSlow(), headDim, theta, s.originalMaxPositions());
        if (s.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, headDim - 1);
        double width = high == low ? 0.001 : high - low;
        float[] out = new float[f.length];
        for (int i = 0; i < f.length; i++) {
            float ramp = (float) Math.min(1, Math.max(0, (i - low) / width));
            out[i] = f[i] / (float) s.factor() * ramp + f[i] * (1 - ramp);
        }
        return out;
    }

    /** The dimension whose wave makes {@code rotations} turns within the original context (Peng et al. 2023, section 3.2). */
    private static double correctionDim(double rotations, int headDim, double theta, int positions) {
        return headDim * Math.log(positions / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
    }
}
