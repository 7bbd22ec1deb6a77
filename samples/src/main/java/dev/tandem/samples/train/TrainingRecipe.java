package dev.tandem.samples.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.tandem.core.tensor.Precision;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;

/**
 * What a training configuration file describes. Its field {@code kind} says which recipe it is. A new kind is one class that
 * implements this, named in the two lists below.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AutoencoderRecipe.class, name = "autoencoder"),
    @JsonSubTypes.Type(value = DiffusionRecipe.class, name = "diffusion"),
    @JsonSubTypes.Type(value = JointRecipe.class, name = "joint"),
    @JsonSubTypes.Type(value = JudgeRecipe.class, name = "judge"),
    @JsonSubTypes.Type(value = LanguageRecipe.class, name = "language"),
    @JsonSubTypes.Type(value = VisionRecipe.class, name = "vision")
})
public sealed interface TrainingRecipe
        permits AutoencoderRecipe, DiffusionRecipe, JointRecipe, JudgeRecipe, LanguageRecipe, VisionRecipe {

    /** The settings of the loop. */
    TrainConfig training();

    /**
     * Refuses what only trainings of a language model or a UNet can do.
     *
     * @throws IllegalArgumentException if the settings ask for it
     */
    static void requirePlainTape(TrainConfig training, String kind) {
        if (training.precision() != Precision.FLOAT32 || training.checkpointing()) {
            throw new IllegalArgumentException(
                    "'precision' and 'checkpointing' of 'training' are for the kinds joint, language and"
                            + " diffusion; leave them out of a configuration of kind " + kind);
        }
    }

    /**
     * Loads the data and the models; what the job owns is freed when it is closed.
     *
     * @throws IllegalArgumentException if something that the recipe names is missing or does not fit
     */
    TrainingJob open(TensorEngine engine);
}
