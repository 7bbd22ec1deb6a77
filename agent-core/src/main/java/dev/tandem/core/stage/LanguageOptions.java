package dev.tandem.core.stage;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;

/**
 * How a language model generates one turn.
 *
 * @param maxNewTokens most tokens of an answer, captions included
 * @param temperature divides the logits; 0 takes the likeliest token each time
 * @param topP share of probability from which tokens are drawn (nucleus sampling, Holtzman et al. 2020); 1 for all
 * @param seed of the draws
 * @param maxCaptions most photos of a turn; a caption beyond it is text
 * @param maxCaptionTokens most tokens of one caption; a longer one is text
 */
@JsonDeserialize(builder = LanguageOptions.Builder.class)
public record LanguageOptions(
        int maxNewTokens, double temperature, double topP, long seed, int maxCaptions, int maxCaptionTokens) {

    public LanguageOptions {
        atLeast("maxNewTokens", maxNewTokens, 1);
        atLeast("maxCaptions", maxCaptions, 0);
        atLeast("maxCaptionTokens", maxCaptionTokens, 1);
        if (!(temperature >= 0 && temperature <= 10)) {
            throw new IllegalArgumentException("temperature lies from 0 to 10, got " + temperature);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP lies above 0 and up to 1, got " + topP);
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", got " + value);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder()
                .maxNewTokens(maxNewTokens)
                .temperature(temperature)
                .topP(topP)
                .seed(seed)
                .maxCaptions(maxCaptions)
                .maxCaptionTokens(maxCaptionTokens);
    }

    /** Collects options; what is not set is 128 new tokens, greedy, one caption of at most 48 tokens. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {

        private int maxNewTokens = 128;
        private double temperature;
        private double topP = 1;
        private long seed;
        private int maxCaptions = 1;
        private int maxCaptionTokens = 48;

        private Builder() {}

        public Builder maxNewTokens(int maxNewTokens) {
            this.maxNewTokens = maxNewTokens;
            return this;
        }

        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        public Builder topP(double topP) {
            this.topP = topP;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder maxCaptions(int maxCaptions) {
            this.maxCaptions = maxCaptions;
            return this;
        }

        public Builder maxCaptionTokens(int maxCaptionTokens) {
            this.maxCaptionTokens = maxCaptionTokens;
            return this;
        }

        public LanguageOptions build() {
            return new LanguageOptions(maxNewTokens, temperature, topP, seed, maxCaptions, maxCaptionTokens);
        }
    }
}
