package dev.tandem.samples.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
     * Loads the data and the models; what the job owns is freed when it is closed.
     *
     * @throws IllegalArgumentException if something that the recipe names is missing or does not fit
     */
    TrainingJob open(TensorEngine engine);
}
