package dev.tandem.diffusion.schedule;

/** How the noise of a step grows over the training time steps. Values are computed in float32, as the published models were trained. */
public enum BetaSchedule {
    /** Along a line (Ho et al. 2020). */
    LINEAR("linear"),
    /** Square roots along a line (Rombach et al. 2022). */
    SCALED_LINEAR("scaled_linear"),
    /** ᾱ falls like a squared cosine (Nichol and Dhariwal 2021, equation 17). */
    SQUARED_COS_CAP_V2("squaredcos_cap_v2"),
    /** Along a sigmoid (Xu et al. 2022). */
    SIGMOID("sigmoid");

    private static final double MAX_BETA = 0.999;
    private static final double COSINE_OFFSET = 0.008;
    private static final float SIGMOID_END = 6;

    private final String configName;

    BetaSchedule(String configName) {
        this.configName = configName;
    }

    /** The name in configuration files. */
    public String configName() {
        return configName;
    }

    float[] betas(double start, double end, int n) {
        return switch (this) {
            case LINEAR -> line((float) start, (float) end, n);
            case SCALED_LINEAR -> {
                float[] roots = line((float) Math.sqrt(start), (float) Math.sqrt(end), n);
                for (int i = 0; i < n; i++) {
                    roots[i] *= roots[i];
                }
                yield roots;
            }
            case SQUARED_COS_CAP_V2 -> {
                float[] betas = new float[n];
                for (int i = 0; i < n; i++) {
                    betas[i] = (float) Math.min(1 - cosine((i + 1.0) / n) / cosine((double) i / n), MAX_BETA);
                }
                yield betas;
            }
            case SIGMOID -> {
                float[] x = line(-SIGMOID_END, SIGMOID_END, n);
                for (int i = 0; i < n; i++) {
                    float sigmoid = (float) (1 / (1 + Math.exp(-x[i])));
                    x[i] = sigmoid * (float) (end - start) + (float) start;
                }
                yield x;
            }
        };
    }

    private static double cosine(double t) {
        double c = Math.cos((t + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2);
        return c * c;
    }

    /** torch.linspace: from both ends towards the middle. */
    private static float[] line(float start, float end, int n) {
        float step = n > 1 ? (end - start) / (n - 1) : 0;
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i < n / 2 || n == 1 ? start + step * i : end - step * (n - 1 - i);
        }
        return values;
    }
}
