package dev.tandem.llm.decode;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules that change the scores of the next token before one is chosen, in the order of transformers' logits processors.
 *
 * @param stopIds tokens that end a sequence; may be empty
 * @param biases what is added to the scores of tokens that would complete a sequence
 * @param promptPenalty above 1 makes tokens of the prompt more likely; 1 for none
 * @param repetitionPenalty above 1 makes tokens of the prompt and the reply less likely (Keskar et al. 2019); 1 for none
 * @param noRepeatNgramSize no run of this many tokens may come twice; 0 for no such rule
 * @param noPromptNgramSize no run of this many tokens may be written that the prompt has; 0 for no such rule
 * @param badWords sequences of tokens that must not be written
 * @param minLength no end before this many tokens, prompt included
 * @param minNewTokens no end before this many new tokens
 * @param forcedBeginId the token that must follow a prompt of one token, or null
 * @param forcedEndIds the tokens of which the last allowed position must hold one; empty for no such rule
 * @param endGrowth makes an end likelier the longer a text gets; null for no such rule
 * @param suppressedIds tokens that are never written
 * @param suppressedAtBegin tokens that may not be the first new one
 * @param renormalised whether the scores become log probabilities in the end
 */
public record LogitRules(
        List<Integer> stopIds,
        List<Bias> biases,
        double promptPenalty,
        double repetitionPenalty,
        int noRepeatNgramSize,
        int noPromptNgramSize,
        List<List<Integer>> badWords,
        int minLength,
        int minNewTokens,
        @Nullable Integer forcedBeginId,
        List<Integer> forcedEndIds,
        @Nullable EndGrowth endGrowth,
        List<Integer> suppressedIds,
        List<Integer> suppressedAtBegin,
        boolean renormalised) {

    /**
     * A bias of a sequence.
     *
     * @param tokens at least one
     * @param value added to the score of the last where the others stand before
     */
    public record Bias(List<Integer> tokens, double value) {

        public Bias {
            tokens = List.copyOf(tokens);
            if (tokens.isEmpty()) {
                throw new IllegalArgumentException("a biased sequence has at least one token");
            }
        }
    }

    /**
     * How an end gets likelier: its score's size times {@code factor ^ n - 1} is added.
     *
     * @param start new tokens after which n counts from 1
     * @param factor above 1
     */
    public record EndGrowth(int start, double factor) {}

    public LogitRules {
        stopIds = List.copyOf(stopIds);
        biases = List.copyOf(biases);
        forcedEndIds = List.copyOf(forcedEndIds);
        badWords = badWords.stream().map(List::copyOf).toList();
        suppressedIds = List.copyOf(suppressedIds);
        suppressedAtBegin = List.copyOf(suppressedAtBegin);
        if (!(repetitionPenalty > 0) || !(promptPenalty > 0)) {
            throw new IllegalArgumentException(
                    "the repetition penalty and the prompt penalty must be above 0 (1 for none), got "
                            + repetitionPenalty + " and " + promptPenalty);
        }
        if (noPromptNgramSize < 0) {
            throw new IllegalArgumentException("noPromptNgramSize must not be negative, got " + noPromptNgramSize);
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
        addBiases(scores, tokens, length);
        penalise(scores, tokens, promptLength, (float) (1 / promptPenalty));
        penalise(scores, tokens, length, (float) repetitionPenalty);
        banNgrams(scores, tokens, length, length, noRepeatNgramSize);
        banNgrams(scores, tokens, promptLength, length, noPromptNgramSize);
        banWords(scores, tokens, length);
        if (length < minLength || length - promptLength < minNewTokens) {
            ban(scores, stopIds);
        }
        if (forcedBeginId != null && length == 1) {
            force(scores, List.of(forcedBeginId));
        }
        if (!forcedEndIds.isEmpty() && length == maxLength - 1) {
            force(scores, forcedEndIds);
        }
        int late = endGrowth == null ? 0 : length - promptLength - endGrowth.start();
        if (endGrowth != null && late > 0) {
            float growth = (float) (Math.pow(endGrowth.factor(), late) - 1);
            stopIds.forEach(id -> scores[id] += Math.abs(scores[id]) * growth);
        }
        ban(scores, suppressedIds);
        if (length == promptLength) {
            ban(scores, suppressedAtBegin);
        }
        if (renormalised) {
            logSoftmax(scores);
        }
    }

    /** Scores to log probabilities, in place. */
    static void logSoftmax(float[] x) {
        float max = Float.NEGATIVE_INFINITY;
        for (float v : x) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (float v : x) {
            sum += Math.exp(v - max);
        }
        float shift = max + (float) Math.log(sum);
        for (int i = 0; i < x.length; i++) {
            x[i] -= shift;
        }
    }

    private static void force(float[] scores, List<Integer> ids) {
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        ids.forEach(id -> scores[id] = 0);
    }

    /** Of all sequences with the scores as they were. */
    private void addBiases(float[] scores, int[] tokens, int length) {
        for (Bias bias : biases) {
            if (completes(bias.tokens(), tokens, length)) {
                scores[bias.tokens().get(bias.tokens().size() - 1)] += (float) bias.value();
            }
        }
    }

    /** Whether the tokens so far end in all of a sequence's but the last; as in the reference it must not be longer than they are. */
    private static boolean completes(List<Integer> sequence, int[] tokens, int length) {
        int prefix = sequence.size() - 1;
        boolean matches = prefix == 0 || sequence.size() <= length;
        for (int i = 0; matches && i < prefix; i++) {
            matches = tokens[length - prefix + i] == sequence.get(i);
        }
        return matches;
    }

    /** Every token among the first {@code length}, once. */
    private static void penalise(float[] scores, int[] tokens, int length, float penalty) {
        if (penalty == 1) {
            return;
        }
        boolean[] done = new boolean[scores.length];
        for (int i = 0; i < length; i++) {
            int id = tokens[i];
            if (!done[id]) {
                scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
                done[id] = true;
            }
        }
    }

    /** Runs of n tokens that lie in the first {@code known}. */
    private static void banNgrams(float[] scores, int[] tokens, int known, int length, int n) {
        if (n == 0 || length + 1 < n) {
            return;
        }
        int tail = length - (n - 1); // the last n - 1 tokens, which the next one would complete
        for (int start = 0; start + n <= known; start++) {
            if (Arrays.equals(tokens, start, start + n - 1, tokens, tail, length)) {
                scores[tokens[start + n - 1]] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private void banWords(float[] scores, int[] tokens, int length) {
        for (List<Integer> word : badWords) {
            boolean end = word.size() == 1 && stopIds.contains(word.get(0));
            if (!end && completes(word, tokens, length)) {
                scores[word.get(word.size() - 1)] = Float.NEGATIVE_INFINITY;
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
        private List<Bias> biases = List.of();
        private double promptPenalty = 1;
        private double repetitionPenalty = 1;
        private int noRepeatNgramSize;
        private int noPromptNgramSize;
        private List<List<Integer>> badWords = List.of();
        private int minLength;
        private int minNewTokens;
        private @Nullable Integer forcedBeginId;
        private List<Integer> forcedEndIds = List.of();
        private @Nullable EndGrowth endGrowth;
        private List<Integer> suppressedIds = List.of();
        private List<Integer> suppressedAtBegin = List.of();
        private boolean renormalised;

        private Builder() {}

        public Builder stopIds(List<Integer> value) {
            stopIds = value;
            return this;
        }

        public Builder biases(List<Bias> value) {
            biases = value;
            return this;
        }

        public Builder promptPenalty(double value) {
            promptPenalty = value;
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

        public Builder noPromptNgramSize(int value) {
            noPromptNgramSize = value;
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

        public Builder forcedBeginId(@Nullable Integer value) {
            forcedBeginId = value;
            return this;
        }

        public Builder forcedEndIds(List<Integer> value) {
            forcedEndIds = value;
            return this;
        }

        public Builder endGrowth(@Nullable EndGrowth value) {
            endGrowth = value;
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

        public Builder renormalised(boolean value) {
            renormalised = value;
            return this;
        }

        /** Checks the values and makes the rules. */
        public LogitRules build() {
            return new LogitRules(
                    stopIds,
                    biases,
                    promptPenalty,
                    repetitionPenalty,
                    noRepeatNgramSize,
                    noPromptNgramSize,
                    badWords,
                    minLength,
                    minNewTokens,
                    forcedBeginId,
                    forcedEndIds,
                    endGrowth,
                    suppressedIds,
                    suppressedAtBegin,
                    renormalised);
        }
    }
}
