package dev.tandem.bridge.relax;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;

/**
 * How the temperature of the relaxation falls: from {@code start} at the first step to {@code end} after {@code steps} steps, where it
 * stays. The paper goes from 1 to 1e-4 over the first three epochs.
 *
 * @param start temperature of the first step
 * @param end temperature from step {@code steps + 1} on
 * @param steps steps of the fall; 0 for {@code end} from the beginning
 * @param curve its form
 * @param floor the temperature is never below it, whatever the curve says
 */
@JsonDeserialize(builder = Temperature.Builder.class)
public record Temperature(double start, double end, long steps, Curve curve, double floor) {

    /** Smallest temperature at which float32 logits still tell tokens apart. */
    public static final double SMALLEST = 1e-6;

    /** The form of the fall. */
    public enum Curve {
        /** The same difference at every step. */
        LINEAR,
        /** The same factor at every step. */
        EXPONENTIAL
    }

    public Temperature {
        if (!(end > 0) || !(start >= end) || steps < 0 || !(floor >= 0)) {
            throw new IllegalArgumentException(
                    "the temperature falls from start to end, both above 0, over steps that are not negative, got "
                            + start + " to " + end + " over " + steps + " steps with floor " + floor);
        }
    }

    /** One temperature for all steps. */
    public static Temperature constant(double value) {
        return builder().start(value).end(value).build();
    }

    /** The paper's: from 1 to 1e-4 over three epochs, along a line. */
    public static Temperature paper(long stepsOfAnEpoch) {
        return builder().end(1e-4).steps(Math.multiplyExact(3, stepsOfAnEpoch)).build();
    }

    /** The temperature of a step counted from 1. */
    public double at(long step) {
        double done = steps == 0 ? 1 : Math.min(1, (step - 1.0) / steps);
        double value = curve == Curve.LINEAR ? start + (end - start) * done : start * Math.pow(end / start, done);
        return Math.max(SMALLEST, Math.max(floor, value));
    }

    /** From 1 to 1 along a line, without a floor. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Temperature}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private double start = 1;
        private double end = 1;
        private long steps;
        private Curve curve = Curve.LINEAR;
        private double floor;

        private Builder() {}

        public Builder start(double value) {
            start = value;
            return this;
        }

        public Builder end(double value) {
            end = value;
            return this;
        }

        public Builder steps(long value) {
            steps = value;
            return this;
        }

        public Builder curve(Curve value) {
            curve = value;
            return this;
        }

        public Builder floor(double value) {
            floor = value;
            return this;
        }

        public Temperature build() {
            return new Temperature(start, end, steps, curve, floor);
        }
    }
}
