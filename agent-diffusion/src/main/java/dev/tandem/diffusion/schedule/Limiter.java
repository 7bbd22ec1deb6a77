package dev.tandem.diffusion.schedule;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;

/** Keeps predicted pictures in range: by clipping, by a percentile, or not at all. */
final class Limiter {

    private final SchedulerConfig config;

    Limiter(SchedulerConfig config) {
        this.config = config;
    }

    Tensor apply(Tensor picture) {
        if (config.thresholding()) {
            return threshold(picture);
        }
        double range = config.clipSampleRange();
        return config.clipSample() ? picture.clamp(-range, range) : picture;
    }

    /** Clips each picture to s, the percentile of its absolute values but at least 1, and divides by s. */
    private Tensor threshold(Tensor picture) {
        int batch = (int) picture.size(0);
        float[] values = picture.contiguous().toFloatArray();
        int each = values.length / batch;
        for (int b = 0; b < batch; b++) {
            float[] sorted = new float[each];
            for (int i = 0; i < each; i++) {
                sorted[i] = Math.abs(values[b * each + i]);
            }
            Arrays.sort(sorted);
            float s = (float) Math.min(Math.max(quantile(sorted), 1), config.sampleMaxValue());
            for (int i = b * each; i < (b + 1) * each; i++) {
                values[i] = Math.min(Math.max(values[i], -s), s) / s;
            }
        }
        return picture.engine().tensor(values, picture.shape());
    }

    /** torch.quantile: along a line between the two nearest values. */
    private float quantile(float[] sorted) {
        float rank = (float) config.dynamicThresholdingRatio() * (sorted.length - 1);
        int below = (int) rank;
        float low = sorted[below];
        float high = sorted[Math.min(below + 1, sorted.length - 1)];
        return low + (rank - below) * (high - low);
    }
}
