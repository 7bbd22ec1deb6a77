package dev.tandem.llm.decode;

import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import java.util.List;

/**
 * How a text is written. Names, defaults and rules are those of transformers' {@code GenerationConfig}; only the bound is ours, which is 20
 * tokens there.
 *
 * @param sample whether tokens are drawn; else the likeliest is taken
 * @param temperature divides the scores before a draw
 * @param topK how many of the likeliest to draw from; 0 for all
 * @param topP share of the probability to draw from
 * @param minP least probability of what is drawn from, as a share of the likeliest token's; 0 for all
 * @param beams sequences kept by a search; 1 for none. A search draws nothing
 * @param lengthPenalty of a search: above 0 favours long texts
 * @param earlyStopping of a search: when it ends
 * @param repetitionPenalty above 1 to repeat less
 * @param noRepeatNgramSize no run of this many tokens comes twice; 0 for no such rule
 * @param maxNewTokens bound
 * @param stops texts that end the writing; they are not part of it
 */
public record GenerationSettings(
        boolean sample,
        double temperature,
        int topK,
        double topP,
        double minP,
        int beams,
        double lengthPenalty,
        EarlyStopping earlyStopping,
        double repetitionPenalty,
        int noRepeatNgramSize,
        int maxNewTokens,
        List<String> stops) {

    public GenerationSettings {
        stops = List.copyOf(stops);
        if (beams < 1) {
            throw new IllegalArgumentException("a search keeps at least 1 beam, got " + beams);
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "a generation writes at least one token, got a bound of " + maxNewTokens);
        }
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a text that ends the writing has at least one character");
        }
        new Sampler(temperature, topK, topP, minP); // refuses what it can't use
        LogitRules.builder()
                .repetitionPenalty(repetitionPenalty)
                .noRepeatNgramSize(noRepeatNgramSize)
                .build();
    }

    /** The likeliest token each time, with transformers' defaults for all else. */
    public static Builder builder() {
        return new Builder();
    }

    /** The likeliest token each time, with transformers' defaults for all else. */
    public static GenerationSettings greedy(int maxNewTokens) {
        return builder().maxNewTokens(maxNewTokens).build();
    }

    /** These settings, to be changed. */
    public Builder toBuilder() {
        return new Builder()
                .sample(sample)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .beams(beams)
                .lengthPenalty(lengthPenalty)
                .earlyStopping(earlyStopping)
                .repetitionPenalty(repetitionPenalty)
                .noRepeatNgramSize(noRepeatNgramSize)
                .maxNewTokens(maxNewTokens)
                .stops(stops);
    }

    /** What chooses tokens. */
    public Sampler sampler() {
        return sample ? new Sampler(temperature, topK, topP, minP) : Sampler.greedy();
    }

    /** What searches; {@link #beams} must be above 1. */
    public BeamSettings search() {
        return new BeamSettings(beams, lengthPenalty, earlyStopping, 1);
    }

    /** The rules for scores. */
    public LogitRules rules(List<Integer> stopIds) {
        return LogitRules.builder()
                .stopIds(stopIds)
                .repetitionPenalty(repetitionPenalty)
                .noRepeatNgramSize(noRepeatNgramSize)
                .build();
    }

    /** Collects the values of {@link GenerationSettings}. */
    public static final class Builder {

        private boolean sample;
        private double temperature = 1;
        private int topK = 50;
        private double topP = 1;
        private double minP;
        private int beams = 1;
        private double lengthPenalty = 1;
        private EarlyStopping earlyStopping = EarlyStopping.HEURISTIC;
        private double repetitionPenalty = 1;
        private int noRepeatNgramSize;
        private int maxNewTokens = 256;
        private List<String> stops = List.of();

        private Builder() {}

        public Builder sample(boolean value) {
            sample = value;
            return this;
        }

        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        public Builder topK(int value) {
            topK = value;
            return this;
        }

        public Builder topP(double value) {
            topP = value;
            return this;
        }

        public Builder minP(double value) {
            minP = value;
            return this;
        }

        public Builder beams(int value) {
            beams = value;
            return this;
        }

        public Builder lengthPenalty(double value) {
            lengthPenalty = value;
            return this;
        }

        public Builder earlyStopping(EarlyStopping value) {
            earlyStopping = value;
            return this;
        }

        public Builder repetitionPenalty(double value) {
            repetitionPenalty = value;
            return this;
        }

        public Builder noRepeatNgramSize(int value) {
            noRepeatNgramSize = value;
            return this;
        }

        public Builder maxNewTokens(int value) {
            maxNewTokens = value;
            return this;
        }

        public Builder stops(List<String> value) {
            stops = value;
            return this;
        }

        /** Checks the values and makes the settings. */
        public GenerationSettings build() {
            return new GenerationSettings(
                    sample,
                    temperature,
                    topK,
                    topP,
                    minP,
                    beams,
                    lengthPenalty,
                    earlyStopping,
                    repetitionPenalty,
                    noRepeatNgramSize,
                    maxNewTokens,
                    stops);
        }
    }
}
