package dev.tandem.bridge.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.bridge.relax.Temperature;
import dev.tandem.bridge.vocab.SentenceAlignment.Pool;

/**
 * Settings of the bridge in training. In a configuration file names are written with underscores ({@code gradient_limit}).
 *
 * @param matrix the kind of transformation matrix
 * @param pool how {@code sentence} pools; not used by the others
 * @param noise whether Gumbel noise is added; without it the plain softmax stands in, and the temperature is not used
 * @param temperature how the temperature falls
 * @param gradientLimit largest strength of a row's gradient; 0 for no limit
 * @param estimator where the gradient of the logits comes from
 * @param candidates with the estimator {@code candidates}, how many tokens are tried at one place of each caption
 */
@JsonDeserialize(builder = BridgeConfig.Builder.class)
public record BridgeConfig(
        Matrix matrix,
        Pool pool,
        boolean noise,
        Temperature temperature,
        double gradientLimit,
        Estimator estimator,
        int candidates) {

    /** Kinds of transformation matrix. */
    public enum Matrix {
        SENTENCE,
        WORD,
        LEXICAL,
        /** No gradient: the diffusion model is trained on the true captions, beside the language model. */
        NONE
    }

    /** Ways to the gradient of the logits. */
    public enum Estimator {
        /** Through the matrix: the paper's. */
        STRAIGHT_THROUGH,
        /** From the losses of other tokens, tried: ours. The matrix is not used; only {@code none} still cuts the gradient. */
        CANDIDATES
    }

    private static final int MOST_CANDIDATES = 64;

    public BridgeConfig {
        if (candidates < 2 || candidates > MOST_CANDIDATES) {
            throw new IllegalArgumentException(
                    "bridge: candidates must be from 2 to " + MOST_CANDIDATES + ", got " + candidates);
        }
        if (estimator == Estimator.CANDIDATES && matrix == Matrix.NONE) {
            throw new IllegalArgumentException("bridge: the matrix 'none' lets no gradient through, so there is nothing"
                    + " for the estimator 'candidates' to estimate; leave one of them out");
        }
        if (!(gradientLimit >= 0)) {
            throw new IllegalArgumentException(
                    "bridge: gradient_limit must not be negative (0 is no limit), got " + gradientLimit);
        }
    }

    /** The paper's bridge: sentence matrix, averaged, with noise, at temperature 1; a row's gradient is limited to 100. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link BridgeConfig}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private Matrix matrix = Matrix.SENTENCE;
        private Pool pool = Pool.AVG;
        private boolean noise = true;
        private Temperature temperature = Temperature.constant(1);
        private double gradientLimit = 100;
        private Estimator estimator = Estimator.STRAIGHT_THROUGH;
        private int candidates = 4;

        private Builder() {}

        public Builder matrix(Matrix value) {
            matrix = value;
            return this;
        }

        public Builder pool(Pool value) {
            pool = value;
            return this;
        }

        public Builder noise(boolean value) {
            noise = value;
            return this;
        }

        public Builder temperature(Temperature value) {
            temperature = value;
            return this;
        }

        public Builder gradientLimit(double value) {
            gradientLimit = value;
            return this;
        }

        public Builder estimator(Estimator value) {
            estimator = value;
            return this;
        }

        public Builder candidates(int value) {
            candidates = value;
            return this;
        }

        public BridgeConfig build() {
            return new BridgeConfig(matrix, pool, noise, temperature, gradientLimit, estimator, candidates);
        }
    }
}
