package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
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
 * @param pictures how many training pictures there are
 * @param heldOut how many held-out pictures it is measured on
 * @param pixels width and height of a picture
 * @param batch pictures in a step
 * @param edges weight of the loss of edges
 * @param divergence weight of the pull towards the standard normal distribution
 */
@JsonDeserialize(builder = AutoencoderRecipe.Builder.class)
public record AutoencoderRecipe(
        TrainConfig training,
        Path vae,
        @Nullable Path from,
        int pictures,
        int heldOut,
        int pixels,
        int batch,
        double edges,
        double divergence)
        implements TrainingRecipe {

    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    @Override
    public TrainingJob open(TensorEngine engine) {
        VaeConfig network = VaeConfigFile.read(vae);
        AutoencoderLoss loss = new AutoencoderLoss(edges, divergence);
        AutoencoderTraining.Data data = new AutoencoderTraining.Data(
                new ScenePictures(Split.TRAIN, pictures, pixels, training.seed()),
                new ScenePictures(Split.HELD_OUT, heldOut, pixels, training.seed()),
                batch);
        AutoencoderTraining task = from == null
                ? AutoencoderTraining.fresh(engine, network, new SplittableRandom(training.seed()), loss, data)
                : AutoencoderTraining.from(engine, network, FileWeights.open(engine, from), loss, data);
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return task;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                Path target = RunFiles.folder(folder.resolve("vae"));
                RunFiles.copy(vae, target.resolve("config.json"));
                SafetensorsWriter.create().write(target.resolve(WEIGHTS), weights);
            }

            @Override
            public void close() {
                task.close();
            }
        };
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
        private int pictures = 100_000;
        private int heldOut = 256;
        private int pixels = 64;
        private int batch = 32;
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
                    pictures,
                    heldOut,
                    pixels,
                    batch,
                    edges,
                    divergence);
        }
    }
}
