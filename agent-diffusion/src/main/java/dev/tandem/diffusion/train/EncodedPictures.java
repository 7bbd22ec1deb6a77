package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Pictures that went through a trained autoencoder once, as raw mean latents in memory. */
public final class EncodedPictures {

    private final long[] shape;
    private final float[][] raw;

    private EncodedPictures(long[] shape, float[][] raw) {
        this.shape = shape;
        this.raw = raw;
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
        float[][] raw = new float[pictures.size()][each];
        for (int start = 0; start < raw.length; start += batch) {
            int[] indices =
                    IntStream.range(start, Math.min(raw.length, start + batch)).toArray();
            try (Scope scope = engine.scope()) {
                Tensor mean =
                        autoencoder.encode(pictures.batch(engine, indices)).mean();
                float[] values = mean.contiguous().toFloatArray();
                for (int i = 0; i < indices.length; i++) {
                    System.arraycopy(values, i * each, raw[indices[i]], 0, each);
                }
            }
            progress.accept(start + indices.length);
        }
        return new EncodedPictures(shape, raw);
    }

    /**
     * Takes latents that were encoded before.
     *
     * @param latents what {@link #toTensor} gave, [N, C, h, w]
     */
    public static EncodedPictures of(Tensor latents) {
        if (latents.rank() != 4) {
            throw new IllegalArgumentException(
                    "encoded pictures are [N, C, h, w], got " + Arrays.toString(latents.shape()));
        }
        long[] all = latents.shape();
        long[] shape = {all[1], all[2], all[3]};
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[] values = latents.contiguous().toFloatArray();
        float[][] raw = new float[Math.toIntExact(all[0])][];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Arrays.copyOfRange(values, i * each, (i + 1) * each);
        }
        return new EncodedPictures(shape, raw);
    }

    /** All of them, [N, C, h, w], as they came out of the autoencoder. */
    public Tensor toTensor(TensorEngine engine) {
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[] values = new float[Math.multiplyExact(raw.length, each)];
        for (int i = 0; i < raw.length; i++) {
            System.arraycopy(raw[i], 0, values, i * each, each);
        }
        return engine.tensor(values, raw.length, shape[0], shape[1], shape[2]);
    }

    public int size() {
        return raw.length;
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
        for (float[] picture : raw) {
            for (float value : picture) {
                sum += value;
                squares += (double) value * value;
            }
            n += picture.length;
        }
        double mean = sum / n;
        return 1 / Math.sqrt(squares / n - mean * mean);
    }

    /** A picture's latents as the denoiser sees them. */
    public float[] latents(int index, VaeConfig config) {
        float[] scaled = raw[index].clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) ((scaled[i] - config.shiftFactor()) * config.scalingFactor());
        }
        return scaled;
    }
}
