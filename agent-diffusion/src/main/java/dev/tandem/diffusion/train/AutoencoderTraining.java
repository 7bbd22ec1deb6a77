package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trains an {@link AutoencoderKL} on pictures. */
public final class AutoencoderTraining implements TrainingTask, AutoCloseable {

    private static final int MEASURED = 64;

    private final TensorEngine engine;
    private final AutoencoderKL autoencoder;
    private final Parameters parameters;
    private final AutoencoderLoss loss;
    private final PictureData train;
    private final PictureData heldOut;
    private final int batch;
    private final boolean decoderOnly;

    private AutoencoderTraining(
            TensorEngine engine,
            VaeConfig config,
            WeightSource weights,
            AutoencoderLoss loss,
            Data data,
            boolean decoderOnly) {
        this.engine = engine;
        this.parameters = new Parameters(weights);
        this.autoencoder = VaeLoader.build(engine, config, parameters);
        this.loss = loss;
        this.train = data.train();
        this.heldOut = data.heldOut();
        this.batch = data.batch();
        this.decoderOnly = decoderOnly;
    }

    /**
     * What is trained and measured on.
     *
     * @param train to train on
     * @param heldOut to measure on
     * @param batch pictures in a step
     */
    public record Data(PictureData train, PictureData heldOut, int batch) {

        public Data {
            if (batch < 1 || train.size() < 1 || heldOut.size() < 1) {
                throw new IllegalArgumentException(
                        "training needs pictures, pictures to measure on and a batch of at least 1, got " + train.size()
                                + ", " + heldOut.size() + " and " + batch);
            }
        }
    }

    /** Starts from nothing. */
    public static AutoencoderTraining fresh(
            TensorEngine engine, VaeConfig config, RandomGenerator random, AutoencoderLoss loss, Data data) {
        return from(engine, config, new FreshWeights(engine, random), loss, data);
    }

    /** Starts from weights. */
    public static AutoencoderTraining from(
            TensorEngine engine, VaeConfig config, WeightSource weights, AutoencoderLoss loss, Data data) {
        return new AutoencoderTraining(engine, config, weights, loss, data, false);
    }

    /**
     * Starts from weights and trains only what turns latents into pictures: a denoiser that was trained on the encoder's latents
     * stays true.
     */
    public static AutoencoderTraining decoderFrom(
            TensorEngine engine, VaeConfig config, WeightSource weights, AutoencoderLoss loss, Data data) {
        return new AutoencoderTraining(engine, config, weights, loss, data, true);
    }

    /** The network that is trained. */
    public AutoencoderKL autoencoder() {
        return autoencoder;
    }

    /** Its weights by checkpoint key. */
    public Map<String, Tensor> parameters() {
        return parameters.asMap();
    }

    @Override
    public String name() {
        return "autoencoder";
    }

    @Override
    public List<ParameterGroup> groups() {
        Map<String, Tensor> trained = new LinkedHashMap<>(parameters());
        if (decoderOnly) {
            trained.keySet().removeIf(key -> key.startsWith("encoder.") || key.startsWith("quant_conv."));
        }
        return ParameterGroup.decayingMatrices("autoencoder", trained, 1);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        int[] indices = random.ints(batch, 0, train.size()).toArray();
        Tensor pictures = train.batch(engine, indices);
        AutoencoderLoss.Parts parts =
                loss.of(autoencoder, pictures, engine.randn(random, latentShape(batch)), weights(indices));
        return Losses.of(parts.total(), batch)
                .counting(0, batch)
                .with("l1", parts.absolute())
                .with("l2", parts.squared())
                .with("kl", parts.divergence());
    }

    /** [B, 1, h, w] with a mean of 1, or null if all pixels matter alike. */
    private @Nullable Tensor weights(int[] indices) {
        int pixels = train.width() * train.height();
        float[] all = new float[indices.length * pixels];
        for (int b = 0; b < indices.length; b++) {
            float[] weights = train.weights(indices[b]);
            if (weights.length == 0) {
                return null;
            }
            System.arraycopy(weights, 0, all, b * pixels, pixels);
        }
        Tensor weights = engine.tensor(all, indices.length, 1, train.height(), train.width());
        return weights.div(weights.mean());
    }

    /** {@code psnr} in decibels of held-out pictures decoded from their mean latents, and the {@code spread} of these. */
    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        int n = Math.min(MEASURED, heldOut.size());
        double squared = 0;
        double energy = 0;
        for (int start = 0; start < n; start += batch) {
            int[] indices = IntStream.range(start, Math.min(n, start + batch)).toArray();
            try (Scope scope = engine.scope()) {
                Tensor pictures = heldOut.batch(engine, indices);
                Tensor mean = autoencoder.encode(pictures).mean();
                Tensor decoded = autoencoder.decode(mean).clamp(-1, 1);
                squared += decoded.sub(pictures).square().mean().item() * indices.length / n;
                energy += mean.square().mean().item() * indices.length / n;
            }
        }
        return Map.of("psnr", 10 * Math.log10(4 / squared), "spread", Math.sqrt(energy));
    }

    private long[] latentShape(int pictures) {
        VaeConfig c = autoencoder.config();
        return new long[] {pictures, c.latentChannels(), train.height() / c.downscale(), train.width() / c.downscale()};
    }

    @Override
    public void close() {
        autoencoder.close();
    }
}
