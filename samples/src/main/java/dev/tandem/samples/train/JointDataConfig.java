package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.llm.train.Targets;
import org.jspecify.annotations.Nullable;

/**
 * The dialogues and pictures of joint training: the world's, or one's own.
 *
 * @param own dialogues and photos in files; null for those of the world alone
 * @param dialogues how many of the world's training dialogues are written
 * @param heldOut how many held-out dialogues are measured on, at most; 0 for none
 * @param sights share of the world's dialogues in which the user sends photos and asks about them; needs a language model that sees them
 * @param batch dialogues in a step
 * @param maxTokens longer dialogues of the world are left out, one's own are cut
 * @param captionNoise worse captions for some of the world's training photos; null for none. Held-out captions stay as they are
 * @param targets whose turns the language model learns to say
 * @param seed another seed gives other dialogues, and holds out others
 */
@JsonDeserialize(builder = JointDataConfig.Builder.class)
public record JointDataConfig(
        @Nullable OwnData own,
        int dialogues,
        int heldOut,
        double sights,
        int batch,
        int maxTokens,
        @Nullable CaptionNoise captionNoise,
        Targets targets,
        long seed) {

    public JointDataConfig {
        if (dialogues < 1 || heldOut < 0 || batch < 1 || batch > dialogues || maxTokens < 8) {
            throw new IllegalArgumentException(
                    "joint training needs dialogues, a batch that is not larger, and room for at least 8 tokens; got "
                            + dialogues + " dialogues, " + heldOut + " held out, batch " + batch + ", max_tokens "
                            + maxTokens);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link JointDataConfig}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private @Nullable OwnData own;
        private int dialogues = 20_000;
        private int heldOut = 256;
        private double sights;
        private int batch = 16;
        private int maxTokens = 320;
        private @Nullable CaptionNoise captionNoise;
        private Targets targets = Targets.AGENT;
        private long seed = 1;

        private Builder() {}

        public Builder own(@Nullable OwnData value) {
            own = value;
            return this;
        }

        public Builder dialogues(int value) {
            dialogues = value;
            return this;
        }

        public Builder heldOut(int value) {
            heldOut = value;
            return this;
        }

        public Builder sights(double value) {
            sights = value;
            return this;
        }

        public Builder batch(int value) {
            batch = value;
            return this;
        }

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder captionNoise(@Nullable CaptionNoise value) {
            captionNoise = value;
            return this;
        }

        public Builder targets(Targets value) {
            targets = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public JointDataConfig build() {
            return new JointDataConfig(own, dialogues, heldOut, sights, batch, maxTokens, captionNoise, targets, seed);
        }
    }
}
