package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;

/**
 * Pictures that are drawn while a run trains, so that one sees them grow: the same captions in the same noise each time. What the run computes
 * does not depend on them.
 *
 * @param every after each so many steps, before the first and after the last; 0 for never
 * @param pictures how many
 * @param steps of the sampler
 * @param guidance weight of the caption over no caption; at most 1 for none
 * @param seed of the noise
 */
@JsonDeserialize(builder = SamplesPart.Builder.class)
public record SamplesPart(long every, int pictures, int steps, double guidance, long seed) {

    /** Most pictures. */
    static final int MOST = 64;

    public SamplesPart {
        if (every < 0 || pictures < 1 || pictures > MOST || steps < 1 || !(guidance >= 0)) {
            throw new IllegalArgumentException("samples: 'every' is at least 0, 'pictures' from 1 to " + MOST
                    + ", 'steps' at least 1 and 'guidance' not negative; got " + every + ", " + pictures + ", " + steps
                    + " and " + guidance);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link SamplesPart}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private long every;
        private int pictures = 6;
        private int steps = 20;
        private double guidance = 2.5;
        private long seed = 1;

        private Builder() {}

        public Builder every(long value) {
            every = value;
            return this;
        }

        public Builder pictures(int value) {
            pictures = value;
            return this;
        }

        public Builder steps(int value) {
            steps = value;
            return this;
        }

        public Builder guidance(double value) {
            guidance = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public SamplesPart build() {
            return new SamplesPart(every, pictures, steps, guidance, seed);
        }
    }
}
