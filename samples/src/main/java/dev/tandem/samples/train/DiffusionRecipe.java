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
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.DiffusersWriter;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.pipeline.StableDiffusionPipeline;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.train.DiffusionTraining;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code diffusion}: trains the denoiser of a model folder with its text encoder, on composed scenes or photos of one's own, which go
 * through the folder's trained autoencoder once. A fresh start measures the scaling factor of the latents and writes it into the exported
 * {@code vae/config.json}; another keeps the one there.
 *
 * @param training the loop
 * @param model the model folder: {@code vae/} with weights, configurations of {@code unet/}, {@code text_encoder/} and {@code scheduler/}, and
 *     {@code tokenizer/}
 * @param own dialogues whose photos and captions are learned; null for scenes of the world alone
 * @param latents a file that keeps the encoded scenes, so that the next start does not encode them again; null to keep nothing
 * @param fresh start denoiser and text encoder from nothing; otherwise from the folder's weights
 * @param trainText whether the text encoder is trained too; where it is not, what it says about one's own captions is kept
 * @param pictures how many training scenes are encoded
 * @param heldOut how many held-out pictures it is measured on, at most
 * @param batch pictures in a step
 * @param captionDropout share of captions replaced by the empty one
 * @param minSnr γ of min-SNR weighting (Hang et al. 2023); 0 for none
 * @param samples pictures that are drawn while it trains
 */
@JsonDeserialize(builder = DiffusionRecipe.Builder.class)
public record DiffusionRecipe(
        TrainConfig training,
        Path model,
        @Nullable OwnData own,
        @Nullable Path latents,
        boolean fresh,
        boolean trainText,
        int pictures,
        int heldOut,
        int batch,
        double captionDropout,
        double minSnr,
        SamplesPart samples)
        implements TrainingRecipe {

    public DiffusionRecipe {
        if (fresh && !trainText) {
            throw new IllegalArgumentException(
                    "a fresh text encoder knows nothing; give 'fresh': false with 'train_text': false");
        }
    }

    @Override
    public TrainingJob open(TensorEngine engine) {
        Deque<AutoCloseable> owned = new ArrayDeque<>();
        try {
            return open(engine, owned);
        } catch (RuntimeException | Error e) {
            RunFiles.closeAll(owned);
            throw e;
        }
    }

    private TrainingJob open(TensorEngine engine, Deque<AutoCloseable> owned) {
        ModelFolder folder = ModelFolder.of(model);
        Scheduler scheduler = SchedulerFile.read(model.resolve("scheduler").resolve("scheduler_config.json"));
        ClipTokenizer tokenizer = ClipTokenizer.load(model.resolve("tokenizer"));
        owned.push(tokenizer);
        AutoencoderKL autoencoder = VaeLoader.build(
                engine,
                VaeConfigFile.read(model.resolve("vae").resolve("config.json")),
                folder.component("vae").weights(engine));
        owned.push(autoencoder);
        DiffusionPictures pictures = DiffusionPictures.open(this, engine, autoencoder, tokenizer);
        DiffusionModel diffusion = build(engine, folder);
        owned.push(diffusion);
        long[] empty = CaptionedScenes.ids(tokenizer, "");
        DiffusionTraining.Builder task = DiffusionTraining.builder()
                .engine(engine)
                .model(diffusion)
                .scheduler(scheduler)
                .train(pictures.train())
                .heldOut(pictures.heldOut())
                .emptyCaption(empty)
                .batch(batch)
                .measured(heldOut)
                .captionDropout(captionDropout)
                .minSnr(minSnr)
                .trainText(trainText);
        if (!trainText && own != null) {
            List<long[]> captions = new ArrayList<>(pictures.ownCaptions());
            captions.add(empty);
            task.features(KeptText.of(engine, own, captions, diffusion.text(), model.resolve("text_encoder")));
        }
        AutoencoderKL decoder = autoencoder;
        if (!pictures.vae().equals(autoencoder.config())) {
            decoder = VaeLoader.build(
                    engine, pictures.vae(), folder.component("vae").weights(engine));
            owned.push(decoder);
        }
        Samples drawn = new Samples(
                engine,
                samples,
                pictures.captions(),
                tokenizer,
                new StableDiffusionPipeline(engine, diffusion.text(), diffusion.unet(), decoder, scheduler));
        return new Job(engine, this, diffusion, task.build(), scheduler, pictures.vae(), drawn, owned);
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
        if (fresh) {
            return new FreshWeights(engine, random);
        }
        ModelFolder part = folder.component(component);
        return LoraAdapter.mergedBeside(engine, part.path(), part.weights(engine));
    }

    /** The model in training; exports {@code unet/}, {@code text_encoder/}, {@code vae/} and {@code scheduler/}. */
    private record Job(
            TensorEngine engine,
            DiffusionRecipe recipe,
            DiffusionModel diffusion,
            TrainingTask task,
            Scheduler scheduler,
            VaeConfig vae,
            Samples samples,
            Deque<AutoCloseable> owned)
            implements TrainingJob {

        @Override
        public void export(Map<String, Tensor> weights, Path target) {
            Parameters pictures = new Parameters(
                    ModelFolder.of(recipe.model()).component("vae").weights(engine));
            Map<String, Tensor> text = recipe.trainText()
                    ? ParameterKeys.under(DiffusionTraining.TEXT, weights)
                    : diffusion.textParameters();
            try (AutoencoderKL autoencoder = VaeLoader.build(engine, vae, pictures)) {
                DiffusersWriter.into(target, DType.FLOAT16)
                        .vae(autoencoder.config(), pictures.asMap())
                        .unet(diffusion.unet().config(), ParameterKeys.under(DiffusionTraining.UNET, weights))
                        .textEncoder(diffusion.text().config(), text)
                        .scheduler(scheduler)
                        .index(scheduler);
            }
        }

        @Override
        public void close() {
            RunFiles.closeAll(owned);
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
        private @Nullable OwnData own;
        private @Nullable Path latents;
        private boolean fresh = true;
        private boolean trainText = true;
        private int pictures = 50_000;
        private int heldOut = 256;
        private int batch = 32;
        private double captionDropout = 0.1;
        private double minSnr;
        private SamplesPart samples = SamplesPart.builder().build();

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder model(Path value) {
            model = value;
            return this;
        }

        public Builder own(@Nullable OwnData value) {
            own = value;
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

        public Builder trainText(boolean value) {
            trainText = value;
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

        public Builder samples(SamplesPart value) {
            samples = value;
            return this;
        }

        public DiffusionRecipe build() {
            return new DiffusionRecipe(
                    training,
                    Objects.requireNonNull(model, "a denoiser needs 'model', the path of its model folder"),
                    own,
                    latents,
                    fresh,
                    trainText,
                    pictures,
                    heldOut,
                    batch,
                    captionDropout,
                    minSnr,
                    samples);
        }
    }
}
