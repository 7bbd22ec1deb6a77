package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.ParameterKeys;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.DiffusersWriter;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.train.DiffusionTraining;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.Split;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kind {@code diffusion}: trains the denoiser of a model folder with its text encoder, on composed scenes that go through the folder's
 * trained autoencoder once. A fresh start measures the scaling factor of the latents and writes it into the exported
 * {@code vae/config.json}; another keeps the one there.
 *
 * @param training the loop
 * @param model the model folder: {@code vae/} with weights, configurations of {@code unet/}, {@code text_encoder/} and {@code scheduler/}, and
 *     {@code tokenizer/}
 * @param latents a file that keeps the encoded pictures, so that the next start does not encode them again; null to keep nothing
 * @param fresh start denoiser and text encoder from nothing; otherwise from the folder's weights
 * @param pictures how many training pictures are encoded
 * @param heldOut how many held-out pictures it is measured on
 * @param batch pictures in a step
 * @param captionDropout share of captions replaced by the empty one
 * @param minSnr γ of min-SNR weighting (Hang et al. 2023); 0 for none
 */
@JsonDeserialize(builder = DiffusionRecipe.Builder.class)
public record DiffusionRecipe(
        TrainConfig training,
        Path model,
        @Nullable Path latents,
        boolean fresh,
        int pictures,
        int heldOut,
        int batch,
        double captionDropout,
        double minSnr)
        implements TrainingRecipe {

    private static final Logger LOG = LoggerFactory.getLogger(DiffusionRecipe.class);
    private static final int ENCODED_AT_ONCE = 32;
    private static final int SAY_EVERY = 4096;

    @Override
    public TrainingJob open(TensorEngine engine) {
        ModelFolder folder = ModelFolder.of(model);
        Scheduler scheduler = SchedulerFile.read(model.resolve("scheduler").resolve("scheduler_config.json"));
        ClipTokenizer tokenizer = ClipTokenizer.load(model.resolve("tokenizer"));
        VaeConfig untuned = VaeConfigFile.read(model.resolve("vae").resolve("config.json"));
        CaptionedScenes train;
        CaptionedScenes measured;
        VaeConfig vae;
        try (AutoencoderKL autoencoder =
                VaeLoader.build(engine, untuned, folder.component("vae").weights(engine))) {
            ScenePictures trained = new ScenePictures(Split.TRAIN, pictures, untuned.sampleSize(), training.seed());
            ScenePictures unseen = new ScenePictures(Split.HELD_OUT, heldOut, untuned.sampleSize(), training.seed());
            EncodedPictures encoded = encoded(engine, autoencoder, trained);
            vae = fresh
                    ? untuned.toBuilder().scalingFactor(encoded.scalingFactor()).build()
                    : untuned;
            train = new CaptionedScenes(trained, encoded, vae, tokenizer);
            measured = new CaptionedScenes(unseen, encode(engine, autoencoder, unseen), vae, tokenizer);
        }
        DiffusionModel diffusion = build(engine, folder);
        TrainingTask task = DiffusionTraining.builder()
                .engine(engine)
                .model(diffusion)
                .scheduler(scheduler)
                .train(train)
                .heldOut(measured)
                .emptyCaption(CaptionedScenes.ids(tokenizer, ""))
                .batch(batch)
                .measured(heldOut)
                .captionDropout(captionDropout)
                .minSnr(minSnr)
                .build();
        return new Job(engine, model, diffusion, task, tokenizer, scheduler, vae);
    }

    private EncodedPictures encoded(TensorEngine engine, AutoencoderKL autoencoder, ScenePictures scenes) {
        if (latents == null) {
            return encode(engine, autoencoder, scenes);
        }
        LatentsFile file = LatentsFile.of(latents, scenes, model.resolve("vae"));
        EncodedPictures kept = file.read(engine);
        if (kept != null) {
            LOG.info("{} encoded pictures read from {}", kept.size(), latents);
            return kept;
        }
        EncodedPictures encoded = encode(engine, autoencoder, scenes);
        file.write(engine, encoded);
        return encoded;
    }

    private EncodedPictures encode(TensorEngine engine, AutoencoderKL autoencoder, ScenePictures scenes) {
        return EncodedPictures.encode(engine, autoencoder, scenes, ENCODED_AT_ONCE, done -> {
            if (done % SAY_EVERY == 0) {
                LOG.info("{} of {} pictures encoded", done, scenes.size());
            }
        });
    }

    private DiffusionModel build(TensorEngine engine, ModelFolder folder) {
        SplittableRandom random = new SplittableRandom(training.seed());
        return DiffusionModel.build(
                engine,
                ClipTextConfigFile.read(model.resolve("text_encoder").resolve("config.json")),
                weights(engine, folder, "text_encoder", random),
                UNetConfigFile.read(model.resolve("unet").resolve("config.json")),
                weights(engine, folder, "unet", random));
    }

    private WeightSource weights(TensorEngine engine, ModelFolder folder, String component, SplittableRandom random) {
        return fresh
                ? new FreshWeights(engine, random)
                : folder.component(component).weights(engine);
    }

    /** The model in training; exports {@code unet/}, {@code text_encoder/}, {@code vae/} and {@code scheduler/}, and the tokenizer. */
    private record Job(
            TensorEngine engine,
            Path model,
            DiffusionModel diffusion,
            TrainingTask task,
            ClipTokenizer tokenizer,
            Scheduler scheduler,
            VaeConfig vae)
            implements TrainingJob {

        @Override
        public void export(Map<String, Tensor> weights, Path target) {
            Parameters pictures =
                    new Parameters(ModelFolder.of(model).component("vae").weights(engine));
            try (AutoencoderKL autoencoder = VaeLoader.build(engine, vae, pictures)) {
                DiffusersWriter.into(target, DType.FLOAT16)
                        .vae(autoencoder.config(), pictures.asMap())
                        .unet(diffusion.unet().config(), ParameterKeys.under(DiffusionTraining.UNET, weights))
                        .textEncoder(diffusion.text().config(), ParameterKeys.under(DiffusionTraining.TEXT, weights))
                        .scheduler(scheduler)
                        .index(scheduler);
            }
        }

        @Override
        public void close() {
            diffusion.close();
            tokenizer.close();
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link DiffusionRecipe}; {@code model} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private @Nullable Path model;
        private @Nullable Path latents;
        private boolean fresh = true;
        private int pictures = 50_000;
        private int heldOut = 256;
        private int batch = 32;
        private double captionDropout = 0.1;
        private double minSnr;

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder model(Path value) {
            model = value;
            return this;
        }

        public Builder latents(Path value) {
            latents = value;
            return this;
        }

        public Builder fresh(boolean value) {
            fresh = value;
            return this;
        }

        public Builder pictures(int value) {
            pictures = value;
            return this;
        }

        public Builder heldOut(int value) {
            heldOut = value;
            return this;
        }

        public Builder batch(int value) {
            batch = value;
            return this;
        }

        public Builder captionDropout(double value) {
            captionDropout = value;
            return this;
        }

        public Builder minSnr(double value) {
            minSnr = value;
            return this;
        }

        public DiffusionRecipe build() {
            return new DiffusionRecipe(
                    training,
                    Objects.requireNonNull(model, "a denoiser needs 'model', the path of its model folder"),
                    latents,
                    fresh,
                    pictures,
                    heldOut,
                    batch,
                    captionDropout,
                    minSnr);
        }
    }
}
