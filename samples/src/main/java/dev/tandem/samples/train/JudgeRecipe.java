package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.samples.evaluate.JudgeTask;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Kind {@code judge}: trains the judge of pictures on composed scenes, and on nothing that was drawn.
 *
 * @param training the loop
 * @param batch scenes in a step
 */
@JsonDeserialize(builder = JudgeRecipe.Builder.class)
public record JudgeRecipe(TrainConfig training, int batch) implements TrainingRecipe {

    public JudgeRecipe {
        TrainingRecipe.requirePlainTape(training, "judge");
    }

    @Override
    public TrainingJob open(TensorEngine engine) {
        JudgeTask judge = new JudgeTask(engine, batch, JudgeTask.PIXELS, new SplittableRandom(training.seed()));
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return judge;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                SafetensorsWriter.create()
                        .floatsAs(DType.FLOAT16)
                        .write(RunFiles.folder(folder).resolve("judge.safetensors"), weights);
            }

            @Override
            public void close() {
                judge.close();
            }
        };
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link JudgeRecipe}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private int batch = 64;

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder batch(int value) {
            batch = value;
            return this;
        }

        public JudgeRecipe build() {
            return new JudgeRecipe(training, batch);
        }
    }
}
