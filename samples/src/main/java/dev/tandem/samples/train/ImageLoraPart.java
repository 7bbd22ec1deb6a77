package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.weights.LoraConfig;
import java.util.List;
import java.util.Map;

/**
 * How {@code image: lora} adapts the denoiser; the defaults are those of diffusers' training scripts: rank 4 on all projections of its
 * attention.
 *
 * @param r rank
 * @param alpha what is learned is multiplied with alpha / r; r unless it is set
 * @param targetModules names of the linear layers that are adapted
 */
@JsonDeserialize(builder = ImageLoraPart.Builder.class)
public record ImageLoraPart(int r, double alpha, List<String> targetModules) {

    public ImageLoraPart {
        targetModules = List.copyOf(targetModules);
        if (r < 1) {
            throw new IllegalArgumentException("image_lora: 'r' must be at least 1, got " + r);
        }
        if (!(alpha > 0 && Double.isFinite(alpha))) {
            throw new IllegalArgumentException("image_lora: 'alpha' must be above 0, got " + alpha);
        }
        if (targetModules.isEmpty()) {
            throw new IllegalArgumentException("image_lora: 'target_modules' must name layers, such as to_q");
        }
    }

    LoraConfig config() {
        return new LoraConfig(
                r, alpha, false, Map.of(), Map.of(), LoraConfig.Bias.NONE, false, targetModules, List.of(), "");
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds an {@link ImageLoraPart}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private int r = 4;
        private double alpha = Double.NaN;
        private List<String> targetModules = List.of("to_q", "to_k", "to_v", "to_out.0");

        private Builder() {}

        public Builder r(int value) {
            r = value;
            return this;
        }

        public Builder alpha(double value) {
            alpha = value;
            return this;
        }

        public Builder targetModules(List<String> value) {
            targetModules = value;
            return this;
        }

        public ImageLoraPart build() {
            return new ImageLoraPart(r, Double.isNaN(alpha) ? r : alpha, targetModules);
        }
    }
}
