package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.llm.load.TrainableMllamaVision;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code vision}: trains the picture's encoder of Llama-Vision on composed scenes, before a language model learns to look through it.
 *
 * @param training the loop
 * @param vision the encoder's {@code config.json}, as transformers writes it
 * @param from a folder with an encoder to start from; null to start from nothing
 * @param heldOut how many held-out scenes it is measured on
 * @param batch scenes in a step
 */
@JsonDeserialize(builder = VisionRecipe.Builder.class)
public record VisionRecipe(
        TrainConfig training, Path vision, @Nullable Path from, int heldOut, int batch) implements TrainingRecipe {

    public VisionRecipe {
        TrainingRecipe.requirePlainTape(training, "vision");
    }

    @Override
    public TrainingJob open(TensorEngine engine) {
        SplittableRandom random = new SplittableRandom(training.seed());
        TrainableMllamaVision encoder = from == null
                ? TrainableMllamaVision.fresh(engine, TrainableMllamaVision.config(vision), random)
                : TrainableMllamaVision.load(engine, from);
        VisionTask task;
        try {
            task = new VisionTask(engine, encoder, batch, heldOut, random);
        } catch (RuntimeException | Error e) {
            encoder.close();
            throw e;
        }
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return task;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                encoder.save(folder, SafetensorsWriter.create().floatsAs(DType.FLOAT16), weights);
            }

            @Override
            public void close() {
                task.close();
                encoder.close();
            }
        };
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link VisionRecipe}; {@code vision} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private @Nullable Path vision;
        private @Nullable Path from;
        private int heldOut = 512;
        private int batch = 64;

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder vision(Path value) {
            vision = value;
            return this;
        }

        public Builder from(Path value) {
            from = value;
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

        public VisionRecipe build() {
            return new VisionRecipe(
                    training,
                    Objects.requireNonNull(vision, "an encoder needs 'vision', the path of its config.json"),
                    from,
                    heldOut,
                    batch);
        }
    }
}
