package dev.tandem.samples.probe;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.train.DenoisingLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** L_v of one picture under several captions, with the same noises and time steps for all of them. */
final class PictureLoss {

    private static final int BATCH = 32;

    private final ProbedModel model;
    private final DenoisingLoss loss;
    private final float[] latents;
    private final long[] shape;
    private final List<float[]> noises = new ArrayList<>();
    private final long[] timesteps;

    /**
     * Draws the noises.
     *
     * @param latents [C, h, w]
     * @param count how many; each half has its time steps spread evenly, in random order
     */
    PictureLoss(ProbedModel model, float[] latents, long[] shape, int count, RandomGenerator random) {
        this.model = model;
        this.loss = new DenoisingLoss(model.scheduler, 0);
        this.latents = latents;
        this.shape = shape;
        this.timesteps = new long[count];
        int half = count / 2;
        for (int start = 0; start < count; start += half) {
            for (int j = 0; j < half; j++) {
                int other = start + random.nextInt(j + 1); // a shuffle while filling
                timesteps[start + j] = timesteps[other];
                timesteps[other] = (long)
                        ((j + random.nextDouble()) * model.scheduler.config().trainTimesteps() / half);
            }
        }
        for (int j = 0; j < count; j++) {
            float[] noise = new float[latents.length];
            for (int c = 0; c < noise.length; c++) {
                noise[c] = (float) random.nextGaussian();
            }
            noises.add(noise);
        }
    }

    /** What is read: ids [S] and their vectors [S, d]. */
    @SuppressWarnings("ArrayRecordComponent") // made and read here
    record Text(long[] ids, float[] vectors) {}

    /** Losses of each text under noises 0 to {@code count}. */
    List<double[]> of(List<Text> texts, int count) {
        double[] all = new double[texts.size() * count];
        for (int start = 0; start < all.length; start += BATCH) {
            int size = Math.min(BATCH, all.length - start);
            int first = start;
            try (Scope scope = model.engine.scope()) {
                List<Text> rows = new ArrayList<>();
                int[] noise = new int[size];
                for (int b = 0; b < size; b++) {
                    rows.add(texts.get((first + b) / count));
                    noise[b] = (first + b) % count;
                }
                float[] each = each(rows, noise, vectors(rows)).toFloatArray();
                for (int b = 0; b < size; b++) {
                    all[first + b] = each[b];
                }
            }
        }
        List<double[]> losses = new ArrayList<>();
        for (int t = 0; t < texts.size(); t++) {
            losses.add(Arrays.copyOfRange(all, t * count, (t + 1) * count));
        }
        return losses;
    }

    /** The gradient of the loss under noises 0 to {@code count} with respect to the vectors: [count][S * d]. */
    List<float[]> gradients(Text text, int count) {
        try (Scope scope = model.engine.scope();
                GradientTape tape = model.engine.gradientTape()) {
            List<Text> rows = new ArrayList<>();
            int[] noise = new int[count];
            for (int j = 0; j < count; j++) {
                rows.add(text);
                noise[j] = j;
            }
            Tensor vectors = vectors(rows).requiresGrad(true);
            tape.backward(each(rows, noise, vectors).sum());
            Tensor gradient = vectors.grad();
            if (gradient == null) {
                throw new IllegalStateException("no gradient reached the text encoder's input");
            }
            float[] values = gradient.toFloatArray();
            int size = values.length / count;
            List<float[]> result = new ArrayList<>();
            for (int j = 0; j < count; j++) {
                result.add(Arrays.copyOfRange(values, j * size, (j + 1) * size));
            }
            return result;
        }
    }

    private Tensor vectors(List<Text> rows) {
        int size = rows.get(0).vectors().length;
        float[] values = new float[rows.size() * size];
        for (int b = 0; b < rows.size(); b++) {
            System.arraycopy(rows.get(b).vectors(), 0, values, b * size, size);
        }
        return model.engine.tensor(values, rows.size(), model.captions.maxLength(), model.width());
    }

    private Tensor each(List<Text> rows, int[] noise, Tensor vectors) {
        int size = rows.size();
        TensorEngine engine = model.engine;
        int length = model.captions.maxLength();
        long[] ids = new long[size * length];
        float[] pictures = new float[size * latents.length];
        float[] drawn = new float[pictures.length];
        long[] times = new long[size];
        for (int b = 0; b < size; b++) {
            System.arraycopy(rows.get(b).ids(), 0, ids, b * length, length);
            System.arraycopy(latents, 0, pictures, b * latents.length, latents.length);
            System.arraycopy(noises.get(noise[b]), 0, drawn, b * latents.length, latents.length);
            times[b] = timesteps[noise[b]];
        }
        Tensor context = model.diffusion
                .text()
                .encode(engine.tensor(ids, size, length), vectors, null)
                .lastHiddenState();
        return loss.each(
                model.diffusion.unet(),
                engine.tensor(pictures, size, shape[0], shape[1], shape[2]),
                context,
                engine.tensor(drawn, size, shape[0], shape[1], shape[2]),
                times);
    }
}
