package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.SplittableRandom;

/**
 * What latents look like, about, without a pass of the decoder: red, green and blue of each latent pixel as a linear map of its channels. The map is fitted by least
 * squares to what this very decoder makes of a few smooth random latents, once for a pipeline, so that it fits any autoencoder.
 *
 * <p>A preview has one pixel for each latent pixel.
 */
final class LatentPreview {

    private static final int SAMPLES = 16;
    private static final int SIDE = 8;
    /** Side of the patches of one colour; natural latents are smooth, and decoders of other ones give grey. */
    private static final int PATCH = 4;

    private static final double FINE = 0.15;
    /** Keeps the equations solvable where a channel says nothing. */
    private static final double RIDGE = 1e-3;

    private final int channels;
    private final double[][] map; // [C + 1][3], the last row is added

    private LatentPreview(double[][] map) {
        this.channels = map.length - 1;
        this.map = map;
    }

    /** Fits the map to a pipeline's decoder. */
    static LatentPreview of(TensorEngine engine, DiffusionPipeline pipeline, int channels) {
        SplittableRandom random = new SplittableRandom(0);
        float[] latents = new float[SAMPLES * channels * SIDE * SIDE];
        for (int plane = 0; plane < SAMPLES * channels; plane++) {
            float[] coarse = new float[(SIDE / PATCH) * (SIDE / PATCH)];
            for (int i = 0; i < coarse.length; i++) {
                coarse[i] = (float) random.nextGaussian();
            }
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    latents[(plane * SIDE + y) * SIDE + x] =
                            coarse[y / PATCH * (SIDE / PATCH) + x / PATCH] + (float) (FINE * random.nextGaussian());
                }
            }
        }
        float[] pixels;
        int scale;
        try (Scope scope = engine.scope()) {
            Tensor decoded =
                    engine.unrecorded(() -> pipeline.decode(engine.tensor(latents, SAMPLES, channels, SIDE, SIDE)));
            scale = Math.toIntExact(decoded.size(2)) / SIDE;
            pixels = decoded.contiguous().toFloatArray();
        }
        double[][] normal = new double[channels + 1][channels + 1 + 3]; // AᵀA | Aᵀb
        double[] row = new double[channels + 1];
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    row(latents, sample, SIDE, SIDE, y, x, row);
                    for (int i = 0; i <= channels; i++) {
                        for (int j = 0; j <= channels; j++) {
                            normal[i][j] += row[i] * row[j];
                        }
                        for (int c = 0; c < 3; c++) {
                            normal[i][channels + 1 + c] += row[i] * mean(pixels, sample, c, y, x, scale);
                        }
                    }
                }
            }
        }
        return new LatentPreview(solve(normal));
    }

    /** The channels of one latent pixel, and a 1. */
    private static void row(float[] latents, int sample, int height, int width, int y, int x, double[] row) {
        int channels = row.length - 1;
        for (int c = 0; c < channels; c++) {
            row[c] = latents[((sample * channels + c) * height + y) * width + x];
        }
        row[channels] = 1;
    }

    /** Mean of the decoded pixels that belong to a latent one. */
    private static double mean(float[] pixels, int sample, int channel, int y, int x, int scale) {
        int side = SIDE * scale;
        double sum = 0;
        for (int v = 0; v < scale; v++) {
            for (int u = 0; u < scale; u++) {
                sum += pixels[((sample * 3 + channel) * side + y * scale + v) * side + x * scale + u];
            }
        }
        return sum / (scale * scale);
    }

    /** Gauss and Jordan, with a ridge; AᵀA is positive definite with it, so no pivot is 0. */
    private static double[][] solve(double[][] rows) {
        int n = rows.length;
        for (int i = 0; i < n; i++) {
            rows[i][i] += RIDGE;
        }
        for (int i = 0; i < n; i++) {
            double pivot = rows[i][i];
            for (int j = i; j < rows[i].length; j++) {
                rows[i][j] /= pivot;
            }
            for (int k = 0; k < n; k++) {
                double factor = rows[k][i];
                for (int j = i; k != i && j < rows[i].length; j++) {
                    rows[k][j] -= factor * rows[i][j];
                }
            }
        }
        double[][] map = new double[n][3];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows[i], n, map[i], 0, 3);
        }
        return map;
    }

    /**
     * What the first of some latents look like.
     *
     * @param latents [B, C, h, w]
     * @return w x h pixels
     */
    Picture picture(Tensor latents) {
        int height = Math.toIntExact(latents.size(2));
        int width = Math.toIntExact(latents.size(3));
        float[] values;
        try (Scope scope = latents.engine().scope()) {
            values = latents.detach().narrow(0, 0, 1).contiguous().toFloatArray();
        }
        float[] rgb = new float[3 * height * width];
        double[] row = new double[channels + 1];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row(values, 0, height, width, y, x, row);
                for (int c = 0; c < 3; c++) {
                    double sum = 0;
                    for (int i = 0; i <= channels; i++) {
                        sum += row[i] * map[i][c];
                    }
                    rgb[(c * height + y) * width + x] = (float) sum;
                }
            }
        }
        return Picture.fromChannels(rgb, width, height);
    }
}
