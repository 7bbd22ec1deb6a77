package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.LatentGaussian;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Pictures that went through a trained autoencoder once, in memory: mean and log variance of their raw latents. */
public final class EncodedPictures {

    private final long[] shape;
    private final float[][] mean;
    private final float[][] logvar;

    private EncodedPictures(long[] shape, float[][] mean, float[][] logvar) {
        this.shape = shape;
        this.mean = mean;
        this.logvar = logvar;
    }

    /**
     * Encodes pictures.
     *
     * @param batch pictures at a time
     * @param progress hears how many are done
     */
    public static EncodedPictures encode(
            TensorEngine engine, AutoencoderKL autoencoder, PictureData pictures, int batch, IntConsumer progress) {
        VaeConfig c = autoencoder.config();
        long[] shape = {c.latentChannels(), pictures.height() / c.downscale(), pictures.width() / c.downscale()};
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[][] mean = new float[pictures.size()][];
        float[][] logvar = new float[pictures.size()][];
        for (int start = 0; start < mean.length; start += batch) {
            int[] indices =
                    IntStream.range(start, Math.min(mean.length, start + batch)).toArray();
            try (Scope scope = engine.scope()) {
                LatentGaussian latents = autoencoder.encode(pictures.batch(engine, indices));
                split(latents.mean(), each, mean, start);
                split(latents.logvar(), each, logvar, start);
            }
            progress.accept(start + indices.length);
        }
        return new EncodedPictures(shape, mean, logvar);
    }

    /**
     * Takes latents that were encoded before.
     *
     * @param latents what {@link #toGaussian} gave, [N, C, h, w]
     */
    public static EncodedPictures of(LatentGaussian latents) {
        long[] all = latents.mean().shape();
        if (all.length != 4 || !Arrays.equals(all, latents.logvar().shape())) {
            throw new IllegalArgumentException(
                    "encoded pictures are mean and log variance, [N, C, h, w] each, got " + Arrays.toString(all)
                            + " and " + Arrays.toString(latents.logvar().shape()));
        }
        long[] shape = {all[1], all[2], all[3]};
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[][] mean = new float[Math.toIntExact(all[0])][];
        float[][] logvar = new float[mean.length][];
        split(latents.mean(), each, mean, 0);
        split(latents.logvar(), each, logvar, 0);
        return new EncodedPictures(shape, mean, logvar);
    }

    private static void split(Tensor rows, int each, float[][] target, int from) {
        float[] values = rows.contiguous().toFloatArray();
        for (int i = 0; i < values.length / each; i++) {
            target[from + i] = Arrays.copyOfRange(values, i * each, (i + 1) * each);
        }
    }

    /** All of them, [N, C, h, w], as they came out of the autoencoder. */
    public LatentGaussian toGaussian(TensorEngine engine) {
        return new LatentGaussian(joined(engine, mean), joined(engine, logvar));
    }

    private Tensor joined(TensorEngine engine, float[][] rows) {
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[] values = new float[Math.multiplyExact(rows.length, each)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * each, each);
        }
        return engine.tensor(values, rows.length, shape[0], shape[1], shape[2]);
    }

    public int size() {
        return mean.length;
    }

    /** Channels, height and width of each. */
    public long[] shape() {
        return shape.clone();
    }

    /** {@code 1 / σ} of all values: the {@code scaling_factor} that brings their spread to 1 (Rombach et al. 2022, appendix G). */
    public double scalingFactor() {
        double sum = 0;
        double squares = 0;
        long n = 0;
        for (float[] picture : mean) {
            for (float value : picture) {
                sum += value;
                squares += (double) value * value;
            }
            n += picture.length;
        }
        double average = sum / n;
        return 1 / Math.sqrt(squares / n - average * average);
    }

    /** A picture's mean latents as the denoiser sees them. */
    public float[] latents(int index, VaeConfig config) {
        return scaled(mean[index].clone(), config);
    }

    /** Latents drawn from a picture's distribution, as the denoiser sees them. */
    public float[] latents(int index, VaeConfig config, RandomGenerator random) {
        float[] drawn = mean[index].clone();
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] += (float) (Math.exp(0.5 * logvar[index][i]) * random.nextGaussian());
        }
        return scaled(drawn, config);
    }

    private static float[] scaled(float[] raw, VaeConfig config) {
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (float) ((raw[i] - config.shiftFactor()) * config.scalingFactor());
        }
        return raw;
    }
}
