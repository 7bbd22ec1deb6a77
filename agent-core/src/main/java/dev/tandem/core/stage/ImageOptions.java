package dev.tandem.core.stage;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Objects;

/**
 * How a picture is drawn.
 *
 * @param steps of the sampler
 * @param guidance weight of the caption over no caption (classifier-free guidance, Ho and Salimans 2022); 1 for none
 * @param negativePrompt what the picture is pushed away from, where there is guidance; empty for nothing in particular
 * @param seed of the noise
 * @param width in pixels; 0 for the model's own
 * @param height in pixels; 0 for the model's own
 */
@JsonDeserialize(builder = ImageOptions.Builder.class)
public record ImageOptions(int steps, double guidance, String negativePrompt, long seed, int width, int height) {

    /** Most steps; more than the schedulers of published models have time steps make no sense. */
    public static final int MAX_STEPS = 1000;

    /** Longest side in pixels. */
    public static final int MAX_SIDE = 4096;

    /** Longest negative prompt in characters; text encoders read a few hundred. */
    public static final int MAX_NEGATIVE_PROMPT = 4000;

    public ImageOptions {
        if (steps < 1 || steps > MAX_STEPS) {
            throw new IllegalArgumentException("steps lie from 1 to " + MAX_STEPS + ", got " + steps);
        }
        if (!(guidance >= 0 && guidance <= 100)) {
            throw new IllegalArgumentException("guidance lies from 0 to 100, got " + guidance);
        }
        if (negativePrompt.length() > MAX_NEGATIVE_PROMPT) {
            throw new IllegalArgumentException("the negative prompt has " + negativePrompt.length()
                    + " characters; at most " + MAX_NEGATIVE_PROMPT + " are read");
        }
        if (width < 0 || width > MAX_SIDE || height < 0 || height > MAX_SIDE) {
            throw new IllegalArgumentException("width and height lie from 1 to " + MAX_SIDE
                    + " pixels, or are 0 for the model's own, got " + width + " x " + height);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder()
                .steps(steps)
                .guidance(guidance)
                .negativePrompt(negativePrompt)
                .seed(seed)
                .width(width)
                .height(height);
    }

    /** Collects options; what is not set is 20 steps, guidance 2.5, no negative prompt, seed 0, the model's own size. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {

        private int steps = 20;
        private double guidance = 2.5;
        private String negativePrompt = "";
        private long seed;
        private int width;
        private int height;

        private Builder() {}

        public Builder steps(int steps) {
            this.steps = steps;
            return this;
        }

        public Builder guidance(double guidance) {
            this.guidance = guidance;
            return this;
        }

        public Builder negativePrompt(String negativePrompt) {
            this.negativePrompt =
                    Objects.requireNonNull(negativePrompt, "the negative prompt is a text, and may be empty");
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder width(int width) {
            this.width = width;
            return this;
        }

        public Builder height(int height) {
            this.height = height;
            return this;
        }

        public ImageOptions build() {
            return new ImageOptions(steps, guidance, negativePrompt, seed, width, height);
        }
    }
}
