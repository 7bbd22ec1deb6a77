package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.ParameterKeys;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.diffusion.schedule.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a denoiser on captioned latents, with its text encoder or beside a frozen one. A share of the captions is replaced by the empty
 * one, so that sampling can push away from it (Ho and Salimans 2022).
 *
 * <p>Parameters are keyed {@code unet.KEY} and {@code text_encoder.KEY}.
 */
public final class DiffusionTraining implements TrainingTask {

    /** Prefix of the denoiser's parameters. */
    public static final String UNET = "unet.";

    /** Prefix of the text encoder's parameters. */
    public static final String TEXT = "text_encoder.";

    private static final int MEASURED_TIMES = 8;

    private final TensorEngine engine;
    private final DiffusionModel model;
    private final DenoisingLoss loss;
    private final CaptionedLatents train;
    private final CaptionedLatents heldOut;
    private final long[] emptyCaption;
    private final TextFeatures features;
    private final int batch;
    private final int measured;
    private final double captionDropout;
    private final List<ParameterGroup> groups;

    private DiffusionTraining(Builder b) {
        engine = Objects.requireNonNull(b.engine, "training needs an engine");
        model = Objects.requireNonNull(b.model, "training needs a model");
        loss = new DenoisingLoss(Objects.requireNonNull(b.scheduler, "training needs a scheduler"), b.minSnr);
        train = Objects.requireNonNull(b.train, "training needs latents to train on");
        heldOut = Objects.requireNonNull(b.heldOut, "training needs latents to measure on");
        emptyCaption = Objects.requireNonNull(b.emptyCaption, "training needs the empty caption's ids")
                .clone();
        batch = b.batch;
        measured = Math.min(b.measured, heldOut.size());
        captionDropout = b.captionDropout;
        features = b.features == null ? ids -> model.text().encode(ids).lastHiddenState() : b.features;
        if (b.features != null && b.trainText) {
            throw new IllegalArgumentException("text features are kept only where the text encoder is not trained");
        }
        if (batch < 1 || train.size() < 1 || !(captionDropout >= 0 && captionDropout <= 1)) {
            throw new IllegalArgumentException(
                    "training needs pictures, a batch of at least 1 and a share of captions to drop from 0 to 1, got "
                            + train.size() + ", " + batch + " and " + captionDropout);
        }
        groups = new ArrayList<>(
                ParameterGroup.decayingMatrices("unet", ParameterKeys.prefixed(UNET, model.unetParameters()), 1));
        if (b.trainText) {
            groups.addAll(ParameterGroup.decayingMatrices(
                    "text_encoder", ParameterKeys.prefixed(TEXT, model.textParameters()), 1));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "diffusion";
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(groups);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        int[] indices = random.ints(batch, 0, train.size()).toArray();
        Batch b = batch(train, indices, random, captionDropout);
        long[] timesteps = loss.drawTimesteps(random, batch);
        Tensor noise = engine.randn(random, b.latents().shape());
        return Losses.of(loss(b, noise, timesteps), batch).counting(0, batch);
    }

    /** The loss of a batch with noise and time steps given. */
    Tensor loss(Batch b, Tensor noise, long[] timesteps) {
        Tensor context = features.of(b.ids());
        return loss.of(model.unet(), b.latents(), context, noise, timesteps);
    }

    /**
     * Mean loss of held-out pictures over evenly spaced time steps: {@code loss} with their captions, {@code loss_uncaptioned} with the
     * empty one. Their difference says how much the caption is used. Nothing where there are no held-out pictures.
     */
    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        int trained = loss.scheduler().config().trainTimesteps();
        if (measured == 0) {
            return Map.of();
        }
        double with = 0;
        double without = 0;
        int done = 0;
        for (int start = 0; start < measured; start += batch) {
            int[] indices =
                    IntStream.range(start, Math.min(measured, start + batch)).toArray();
            long[] timesteps = new long[indices.length];
            for (int i = 0; i < timesteps.length; i++) {
                timesteps[i] = (2L * ((start + i) % MEASURED_TIMES) + 1) * trained / (2 * MEASURED_TIMES);
            }
            try (Scope scope = engine.scope()) {
                Batch captioned = batch(heldOut, indices, random, 0);
                Tensor noise = engine.randn(random, captioned.latents().shape());
                with += loss(captioned, noise, timesteps).item() * indices.length;
                Batch empty = new Batch(captioned.latents(), repeated(emptyCaption, indices.length));
                without += loss(empty, noise, timesteps).item() * indices.length;
            }
            done += indices.length;
        }
        return Map.of("loss", with / done, "loss_uncaptioned", without / done);
    }

    /**
     * Some pictures.
     *
     * @param latents [B, C, h, w]
     * @param ids int64 [B, S]
     */
    record Batch(Tensor latents, Tensor ids) {}

    private Batch batch(CaptionedLatents data, int[] indices, RandomGenerator random, double dropout) {
        long[] shape = data.shape();
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[] values = new float[indices.length * each];
        long[] ids = new long[indices.length * emptyCaption.length];
        for (int b = 0; b < indices.length; b++) {
            System.arraycopy(data.latents(indices[b], random), 0, values, b * each, each);
            long[] caption = data.caption(indices[b], random);
            boolean dropped = dropout > 0 && random.nextDouble() < dropout;
            System.arraycopy(dropped ? emptyCaption : caption, 0, ids, b * emptyCaption.length, emptyCaption.length);
        }
        return new Batch(
                engine.tensor(values, indices.length, shape[0], shape[1], shape[2]),
                engine.tensor(ids, indices.length, emptyCaption.length));
    }

    private Tensor repeated(long[] ids, int times) {
        return engine.tensor(ids, 1, ids.length).expand(times, ids.length);
    }

    /** Builds a {@link DiffusionTraining}; engine, model, scheduler, data and the empty caption are needed. */
    public static final class Builder {
        private @Nullable TensorEngine engine;
        private @Nullable DiffusionModel model;
        private @Nullable Scheduler scheduler;
        private @Nullable CaptionedLatents train;
        private @Nullable CaptionedLatents heldOut;
        private long @Nullable [] emptyCaption;
        private @Nullable TextFeatures features;
        private int batch = 32;
        private int measured = 256;
        private double captionDropout = 0.1;
        private double minSnr;
        private boolean trainText = true;

        private Builder() {}

        public Builder engine(TensorEngine value) {
            engine = value;
            return this;
        }

        public Builder model(DiffusionModel value) {
            model = value;
            return this;
        }

        /** Adds the noise, and says what the denoiser predicts. */
        public Builder scheduler(Scheduler value) {
            scheduler = value;
            return this;
        }

        public Builder train(CaptionedLatents value) {
            train = value;
            return this;
        }

        public Builder heldOut(CaptionedLatents value) {
            heldOut = value;
            return this;
        }

        /** Ids of the empty caption with begin and end, padded to S. */
        public Builder emptyCaption(long... value) {
            emptyCaption = value;
            return this;
        }

        /** Pictures in a step. */
        public Builder batch(int value) {
            batch = value;
            return this;
        }

        /** Held-out pictures to measure on, at most. */
        public Builder measured(int value) {
            measured = value;
            return this;
        }

        /** Share of the captions that are replaced by the empty one. */
        public Builder captionDropout(double value) {
            captionDropout = value;
            return this;
        }

        /** γ of min-SNR weighting; 0 for none. */
        public Builder minSnr(double value) {
            minSnr = value;
            return this;
        }

        /** Whether the text encoder is trained too. */
        public Builder trainText(boolean value) {
            trainText = value;
            return this;
        }

        /** Gives what a frozen text encoder says, such as from what was kept; the text encoder itself unless set. */
        public Builder features(TextFeatures value) {
            features = value;
            return this;
        }

        public DiffusionTraining build() {
            return new DiffusionTraining(this);
        }
    }
}
