package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.bridge.train.BridgeConfig;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code joint}: trains the language model and the denoiser of a model folder together, through the bridge, on photo-sharing
 * dialogues about composed scenes, or on one's own. With the bridge's matrix {@code none} both are trained apart on the same batches.
 *
 * @param training the loop
 * @param model the model folder to start from, with {@code agent.json}, {@code llm/} and the pipeline
 * @param bridge the bridge
 * @param alpha weight of the picture's loss (equation 6)
 * @param language what of the language model is trained
 * @param lora how, where that is {@code lora}
 * @param perceptron what is trained of that by which the language model looks at photos that the user sends, where it can
 * @param image what of the denoiser is trained
 * @param imageLora how, where that is {@code lora}
 * @param average which weights are averaged, where {@code ema_decay} is above 0: all, or the denoiser's only ({@code image}). The
 *     model that is written has the averages, and evaluations and sample pictures see them
 * @param languageRate multiplies the learning rate for the language model
 * @param imageRate multiplies the learning rate for the denoiser
 * @param captionDropout share of captions that the denoiser sees empty, so that sampling can push away from that; 0 in the paper
 * @param decayEverything weight decay on gains, biases and embeddings too, as the paper's optimizer has it
 * @param data dialogues and pictures
 * @param samples pictures that are drawn while it trains, from held-out captions as they were written
 */
@JsonDeserialize(builder = JointRecipe.Builder.class)
public record JointRecipe(
        TrainConfig training,
        Path model,
        BridgeConfig bridge,
        double alpha,
        LanguagePart language,
        LoraPart lora,
        PerceptronPart perceptron,
        ImagePart image,
        ImageLoraPart imageLora,
        AveragePart average,
        double languageRate,
        double imageRate,
        double captionDropout,
        boolean decayEverything,
        JointDataConfig data,
        SamplesPart samples)
        implements TrainingRecipe {

    public JointRecipe {
        boolean looks = perceptron == PerceptronPart.FULL || perceptron == PerceptronPart.PROJECTOR;
        if (language == LanguagePart.FROZEN && !looks && image == ImagePart.FROZEN) {
            throw new IllegalArgumentException("'language' and 'image' are both frozen, so there is nothing to train");
        }
        if (average == AveragePart.IMAGE && training.emaDecay() == 0) {
            throw new IllegalArgumentException("'average' is image, but nothing is averaged: set 'ema_decay' of"
                    + " 'training', such as 0.999, or leave out 'average'");
        }
        if (average == AveragePart.IMAGE && image == ImagePart.FROZEN) {
            throw new IllegalArgumentException(
                    "'average' is image, but 'image' is frozen, so there is nothing to average; leave out 'average'");
        }
    }

    @Override
    public TrainingJob open(TensorEngine engine) {
        return JointJob.open(this, engine);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link JointRecipe}; {@code model} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private @Nullable Path model;
        private BridgeConfig bridge = BridgeConfig.builder().build();
        private double alpha = 1;
        private LanguagePart language = LanguagePart.FULL;
        private LoraPart lora = LoraPart.builder().build();
        private PerceptronPart perceptron = PerceptronPart.FROZEN;
        private ImagePart image = ImagePart.FULL;
        private ImageLoraPart imageLora = ImageLoraPart.builder().build();
        private AveragePart average = AveragePart.ALL;
        private double languageRate = 1;
        private double imageRate = 1;
        private double captionDropout;
        private boolean decayEverything;
        private JointDataConfig data = JointDataConfig.builder().build();
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

        public Builder bridge(BridgeConfig value) {
            bridge = value;
            return this;
        }

        public Builder alpha(double value) {
            alpha = value;
            return this;
        }

        public Builder language(LanguagePart value) {
            language = value;
            return this;
        }

        public Builder lora(LoraPart value) {
            lora = value;
            return this;
        }

        public Builder perceptron(PerceptronPart value) {
            perceptron = value;
            return this;
        }

        public Builder image(ImagePart value) {
            image = value;
            return this;
        }

        public Builder imageLora(ImageLoraPart value) {
            imageLora = value;
            return this;
        }

        public Builder average(AveragePart value) {
            average = value;
            return this;
        }

        public Builder languageRate(double value) {
            languageRate = value;
            return this;
        }

        public Builder imageRate(double value) {
            imageRate = value;
            return this;
        }

        public Builder captionDropout(double value) {
            captionDropout = value;
            return this;
        }

        public Builder decayEverything(boolean value) {
            decayEverything = value;
            return this;
        }

        public Builder data(JointDataConfig value) {
            data = value;
            return this;
        }

        public Builder samples(SamplesPart value) {
            samples = value;
            return this;
        }

        public JointRecipe build() {
            return new JointRecipe(
                    training,
                    Objects.requireNonNull(model, "joint training needs 'model', the model folder to start from"),
                    bridge,
                    alpha,
                    language,
                    lora,
                    perceptron,
                    image,
                    imageLora,
                    average,
                    languageRate,
                    imageRate,
                    captionDropout,
                    decayEverything,
                    data,
                    samples);
        }
    }
}
