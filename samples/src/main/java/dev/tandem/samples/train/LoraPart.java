package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.weights.LoraConfig;
import java.util.List;
import java.util.Map;

/**
 * How {@code language: lora} adapts the language model; the defaults are those of the paper's published code (Guo et al.): rank 32 on the
 * projections of queries, keys and values, with the embeddings and the head trained whole.
 *
 * @param r rank
 * @param alpha what is learned is multiplied with alpha / r
 * @param targetModules names of the linear layers that are adapted
 * @param modulesToSave names of the layers that are trained whole
 */
@JsonDeserialize(builder = LoraPart.Builder.class)
public record LoraPart(int r, double alpha, List<String> targetModules, List<String> modulesToSave) {

    public LoraPart {
        targetModules = List.copyOf(targetModules);
        modulesToSave = List.copyOf(modulesToSave);
        if (r < 1) {
            throw new IllegalArgumentException("lora: 'r' must be at least 1, got " + r);
        }
        if (!(alpha > 0 && Double.isFinite(alpha))) {
            throw new IllegalArgumentException("lora: 'alpha' must be above 0, got " + alpha);
        }
        if (targetModules.isEmpty()) {
            throw new IllegalArgumentException("lora: 'target_modules' must name layers, such as q_proj");
        }
    }

    LoraConfig config() {
        return new LoraConfig(
                r, alpha, false, Map.of(), Map.of(), LoraConfig.Bias.NONE, false, targetModules, modulesToSave, "");
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link LoraPart}; the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private int r = 32;
        private double alpha = 32;
        private List<String> targetModules = List.of("q_proj", "k_proj", "v_proj");
        private List<String> modulesToSave = List.of("embed_tokens", "lm_head");

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

        public Builder modulesToSave(List<String> value) {
            modulesToSave = value;
            return this;
        }

        public LoraPart build() {
            return new LoraPart(r, alpha, targetModules, modulesToSave);
        }
    }
}
