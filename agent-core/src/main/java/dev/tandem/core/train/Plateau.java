package dev.tandem.core.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of {@link Schedule#PLATEAU}: the learning rate is multiplied with a factor whenever an evaluation has not got better for a
 * while, as by torch's {@code ReduceLROnPlateau} with {@code threshold_mode="abs"} and a patience that is smaller by one. It never
 * falls below {@code final_factor} of the full one.
 *
 * @param metric name of a value that the task's evaluation gives
 * @param patience evaluations running that may pass without a better value; the last of them lowers the learning rate
 * @param factor multiplies the learning rate, above 0 and below 1
 * @param minDelta by how much a value must be better than the best one to count
 * @param largerIsBetter whether larger values are better; otherwise smaller ones are, as for losses
 */
@JsonDeserialize(builder = Plateau.Builder.class)
public record Plateau(String metric, int patience, double factor, double minDelta, boolean largerIsBetter) {

    public Plateau {
        Patience.require("plateau", patience, minDelta);
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("training: plateau: factor must be above 0 and below 1, got " + factor);
        }
    }

    /** A tenth of the learning rate after three evaluations without a smaller value. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Plateau}; {@code metric} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private @Nullable String metric;
        private int patience = 3;
        private double factor = 0.1;
        private double minDelta;
        private boolean largerIsBetter;

        private Builder() {}

        public Builder metric(String value) {
            metric = value;
            return this;
        }

        public Builder patience(int value) {
            patience = value;
            return this;
        }

        public Builder factor(double value) {
            factor = value;
            return this;
        }

        public Builder minDelta(double value) {
            minDelta = value;
            return this;
        }

        public Builder largerIsBetter(boolean value) {
            largerIsBetter = value;
            return this;
        }

        public Plateau build() {
            return new Plateau(
                    Objects.requireNonNull(metric, "plateau needs 'metric', the name of a value of the evaluation"),
                    patience,
                    factor,
                    minDelta,
                    largerIsBetter);
        }
    }
}
