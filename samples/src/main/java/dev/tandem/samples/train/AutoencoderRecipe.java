package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.train.AutoencoderLoss;
import dev.tandem.diffusion.train.AutoencoderTraining;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.Split;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code autoencoder}: trains the autoencoder on composed scenes.
 *
 * @param training the loop
 * @param vae the network's {@code config.json}, as diffusers writes it
 * @param from a file of weights to start from; null to start from nothing
 * @param decoderOnly keep the encoder of {@code from} as it is, and with it the latents that a denoiser knows
 * @param pictures how many training pictures there are
 * @param heldOut how many held-out pictures it is measured on
 * @param pixels width and height of a picture
 * @param batch pictures in a step
 * @param subjectWeight how many times as much as the rest of a picture its subjects matter to the loss
 * @param edges weight of the loss of edges
 * @param divergence weight of the pull towards the standard normal distribution
 */
@JsonDeserialize(builder = AutoencoderRecipe.Builder.class)
public record AutoencoderRecipe(
        TrainConfig training,
        Path vae,
        @Nullable Path from,
        boolean decoderOnly,
        int pictures,
        int heldOut,
        int pixels,
        int batch,
        double subjectWeight,
        double edges,
        double divergence)
        implements TrainingRecipe {

    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    public AutoencoderRecipe {
        TrainingRecipe.requirePlainTape(training, "autoencoder");
        if (!(subjectWeight > 0)) {
            throw new IllegalArgumentException("'subject_weight' must be above 0, got " + subjectWeight);
        }
        if (decoderOnly && from == null) {
            throw new IllegalArgumentException(
                    "'decoder_only' keeps an encoder, so it needs 'from', the file of weights that holds it");
        }
    }

    @Override
    public TrainingJob open(TensorEngine engine) {
        VaeConfig network = VaeConfigFile.read(vae);
        AutoencoderLoss loss = new AutoencoderLoss(edges, divergence);
        AutoencoderTraining.Data data = new AutoencoderTraining.Data(
                new ScenePictures(Split.TRAIN, pictures, pixels, training.seed(), subjectWeight),
                new ScenePictures(Split.HELD_OUT, heldOut, pixels, training.seed()),
                batch);
        AutoencoderTraining task = task(engine, network, loss, data);
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return task;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                Path target = RunFiles.folder(folder.resolve("vae"));
                RunFiles.copy(vae, target.resolve("config.json"));
                Map<String, Tensor> all = new LinkedHashMap<>(task.parameters());
                all.putAll(weights);
                SafetensorsWriter.create().floatsAs(DType.FLOAT16).write(target.resolve(WEIGHTS), all);
            }

            @Override
            public void close() {
                task.close();
            }
        };
    }

    private AutoencoderTraining task(
            TensorEngine engine, VaeConfig network, AutoencoderLoss loss, AutoencoderTraining.Data data) {
        if (from == null) {
            return AutoencoderTraining.fresh(engine, network, new SplittableRandom(training.seed()), loss, data);
        }
        FileWeights weights = FileWeights.open(engine, from);
        return decoderOnly
                ? AutoencoderTraining.decoderFrom(engine, network, weights, loss, data)
                : AutoencoderTraining.from(engine, network, weights, loss, data);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds an {@link AutoencoderRecipe}; {@code vae} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private @Nullable Path vae;
        private @Nullable Path from;
        private boolean decoderOnly;
        private int pictures = 100_000;
        private int heldOut = 256;
        private int pixels = 64;
        private int batch = 32;
        private double subjectWeight = 1;
        private double edges = AutoencoderLoss.DEFAULT.edges();
        private double divergence = AutoencoderLoss.DEFAULT.divergence();

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder vae(Path value) {
            vae = value;
            return this;
        }

        public Builder from(Path value) {
            from = value;
            return this;
        }

        public Builder decoderOnly(boolean value) {
            decoderOnly = value;
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

        public Builder pixels(int value) {
            pixels = value;
            return this;
        }

        public Builder batch(int value) {
            batch = value;
            return this;
        }

        public Builder subjectWeight(double value) {
            subjectWeight = value;
            return this;
        }

        public Builder edges(double value) {
            edges = value;
            return this;
        }

        public Builder divergence(double value) {
            divergence = value;
            return this;
        }

        public AutoencoderRecipe build() {
            return new AutoencoderRecipe(
                    training,
                    Objects.requireNonNull(vae, "an autoencoder needs 'vae', the path of its config.json"),
                    from,
                    decoderOnly,
                    pictures,
                    heldOut,
                    pixels,
                    batch,
                    subjectWeight,
                    edges,
                    divergence);
        }
    }
}
