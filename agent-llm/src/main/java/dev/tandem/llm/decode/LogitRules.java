package dev.tandem.llm.decode;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules that change the scores of the next token before one is chosen, in the order of transformers' logits processors.
 *
 * @param stopIds tokens that end a sequence; may be empty
 * @param repetitionPenalty above 1 makes tokens of the prompt and the reply less likely (Keskar et al. 2019); 1 for none
 * @param noRepeatNgramSize no run of this many tokens may come twice; 0 for no such rule
 * @param badWords sequences of tokens that must not be written
 * @param minLength no end before this many tokens, prompt included
 * @param minNewTokens no end before this many new tokens
 * @param forcedEndId the token that the last allowed position must hold, or null
 * @param suppressedIds tokens that are never written
 * @param suppressedAtBegin tokens that may not be the first new one
 */
public record LogitRules(
        List<Integer> stopIds,
        double repetitionPenalty,
        int noRepeatNgramSize,
        List<List<Integer>> badWords,
        int minLength,
        int minNewTokens,
        @Nullable Integer forcedEndId,
        List<Integer> suppressedIds,
        List<Integer> suppressedAtBegin) {

    public LogitRules {
        stopIds = List.copyOf(stopIds);
        badWords = badWords.stream().map(List::copyOf).toList();
        suppressedIds = List.copyOf(suppressedIds);
        suppressedAtBegin = List.copyOf(suppressedAtBegin);
        if (!(repetitionPenalty > 0)) {
            throw new IllegalArgumentException(
                    "the repetition penalty must be above 0 (1 for none), got " + repetitionPenalty);
        }
        if (noRepeatNgramSize < 0 || minLength < 0 || minNewTokens < 0) {
            throw new IllegalArgumentException(
                    "noRepeatNgramSize, minLength and minNewTokens must not be negative, got " + noRepeatNgramSize
                            + ", " + minLength + " and " + minNewTokens);
        }
        if (badWords.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a bad word is a sequence of at least one token");
        }
    }

    /** Only ends, no other rule. */
    public static LogitRules stoppingAt(List<Integer> stopIds) {
        return builder().stopIds(stopIds).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether a token ends a sequence. */
    boolean stops(int id) {
        return stopIds.contains(id);
    }

    /**
     * Changes the scores in place.
     *
     * @param scores logits or log probabilities [V] of the next token
     * @param tokens the sequence so far, padding included
     * @param length how many of them count
     * @param promptLength tokens of the prompt
     * @param maxLength most tokens that the whole sequence may have
     */
    void apply(float[] scores, int[] tokens, int length, int promptLength, int maxLength) {
        penaliseRepetition(scores, tokens, length);
        banRepeatedNgrams(scores, tokens, length);
        banWords(scores, tokens, length);
        if (length < minLength || length - promptLength < minNewTokens) {
            ban(scores, stopIds);
        }
        if (forcedEndId != null && length == maxLength - 1) {
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            scores[forcedEndId] = 0;
        }
        ban(scores, suppressedIds);
        if (length == promptLength) {
            ban(scores, suppressedAtBegin);
        }
    }

    private void penaliseRepetition(float[] scores, int[] tokens, int length) {
        if (repetitionPenalty == 1) {
            return;
        }
        float penalty = (float) repetitionPenalty;
        boolean[] done = new boolean[scores.length];
        for (int i = 0; i < length; i++) {
            int id = tokens[i];
            if (!done[id]) {
                scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
                done[id] = true;
            }
        }
    }

    private void banRepeatedNgrams(float[] scores, int[] tokens, int length) {
        int n = noRepeatNgramSize;
        if (n == 0 || length + 1 < n) {
            return;
        }
        int tail = length - (n - 1); // the last n - 1 tokens, which the next one would complete
        for (int start = 0; start + n <= length; start++) {
            if (Arrays.equals(tokens, start, start + n - 1, tokens, tail, length)) {
                scores[tokens[start + n - 1]] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private void banWords(float[] scores, int[] tokens, int length) {
        for (List<Integer> word : badWords) {
            int prefix = word.size() - 1;
            boolean end = word.size() == 1 && stopIds.contains(word.get(0));
            boolean matches = !end && (prefix == 0 || word.size() <= length);
            for (int i = 0; matches && i < prefix; i++) {
                matches = tokens[length - prefix + i] == word.get(i);
            }
            if (matches) {
                scores[word.get(prefix)] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void ban(float[] scores, List<Integer> ids) {
        for (int id : ids) {
            if (id < scores.length) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Collects the values of {@link LogitRules}; without any, nothing is changed and nothing ends a sequence. */
    public static final class Builder {

        private List<Integer> stopIds = List.of();
        private double repetitionPenalty = 1;
        private int noRepeatNgramSize;
        private List<List<Integer>> badWords = List.of();
        private int minLength;
        private int minNewTokens;
        private @Nullable Integer forcedEndId;
        private List<Integer> suppressedIds = List.of();
        private List<Integer> suppressedAtBegin = List.of();

        private Builder() {}

        public Builder stopIds(List<Integer> value) {
            stopIds = value;
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

        public Builder badWords(List<List<Integer>> value) {
            badWords = value;
            return this;
        }

        public Builder minLength(int value) {
            minLength = value;
            return this;
        }

        public Builder minNewTokens(int value) {
            minNewTokens = value;
            return this;
        }

        public Builder forcedEndId(@Nullable Integer value) {
            forcedEndId = value;
            return this;
        }

        public Builder suppressedIds(List<Integer> value) {
            suppressedIds = value;
            return this;
        }

        public Builder suppressedAtBegin(List<Integer> value) {
            suppressedAtBegin = value;
            return this;
        }

        /** Checks the values and makes the rules. */
        public LogitRules build() {
            return new LogitRules(
                    stopIds,
                    repetitionPenalty,
                    noRepeatNgramSize,
                    badWords,
                    minLength,
                    minNewTokens,
                    forcedEndId,
                    suppressedIds,
                    suppressedAtBegin);
        }
    }
}
