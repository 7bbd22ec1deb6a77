package dev.tandem.core.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ends a run when an evaluation does not get better any more. The checkpoint of the best evaluation is kept, and its weights are the
 * result.
 *
 * @param metric name of a value that the task's evaluation gives, such as {@code loss_t}
 * @param patience evaluations running that may pass without a better value; the last of them ends the run
 * @param minDelta by how much a value must be better than the best one to count
 * @param largerIsBetter whether larger values are better; otherwise smaller ones are, as for losses
 */
@JsonDeserialize(builder = EarlyStopping.Builder.class)
public record EarlyStopping(String metric, int patience, double minDelta, boolean largerIsBetter) {

    public EarlyStopping {
        Patience.require("early_stopping", patience, minDelta);
    }

    /** Three evaluations without a smaller value end the run. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an {@link EarlyStopping}; {@code metric} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private @Nullable String metric;
        private int patience = 3;
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

        public Builder minDelta(double value) {
            minDelta = value;
            return this;
        }

        public Builder largerIsBetter(boolean value) {
            largerIsBetter = value;
            return this;
        }

        public EarlyStopping build() {
            return new EarlyStopping(
                    Objects.requireNonNull(
                            metric, "early_stopping needs 'metric', the name of a value of the evaluation"),
                    patience,
                    minDelta,
                    largerIsBetter);
        }
    }
}
