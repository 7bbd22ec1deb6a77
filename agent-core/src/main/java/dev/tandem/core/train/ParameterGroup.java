package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters that share a learning rate and a weight decay.
 *
 * @param name for error messages, such as {@code llm}
 * @param parameters key to float32 leaf, in a fixed order
 * @param learningRateFactor multiplies the run's learning rate
 * @param weightDecayFactor multiplies the run's weight decay; 0 for none
 */
public record ParameterGroup(
        String name, Map<String, Tensor> parameters, double learningRateFactor, double weightDecayFactor) {

    public ParameterGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(learningRateFactor > 0) || !(weightDecayFactor >= 0)) {
            throw new IllegalArgumentException(
                    "group " + name + ": the learning rate factor must be above 0 and the weight decay factor"
                            + " not below it, got " + learningRateFactor + " and " + weightDecayFactor);
        }
    }

    /** All parameters alike, as in the paper and in torch.optim.AdamW's defaults. */
    public static ParameterGroup of(String name, Map<String, Tensor> parameters) {
        return new ParameterGroup(name, parameters, 1, 1);
    }

    /**
     * Two groups: matrices and convolutions with weight decay; gains, biases and embedding tables without.
     *
     * <p>Embedding tables are told by their key, which holds {@code embed}; a gain or bias has one dimension.
     */
    public static List<ParameterGroup> decayingMatrices(
            String name, Map<String, Tensor> parameters, double learningRateFactor) {
        Map<String, Tensor> decayed = new LinkedHashMap<>();
        Map<String, Tensor> plain = new LinkedHashMap<>();
        parameters.forEach((key, p) -> (p.rank() > 1 && !key.contains("embed") ? decayed : plain).put(key, p));
        List<ParameterGroup> groups = new ArrayList<>();
        if (!decayed.isEmpty()) {
            groups.add(new ParameterGroup(name, decayed, learningRateFactor, 1));
        }
        if (!plain.isEmpty()) {
            groups.add(new ParameterGroup(name + " (no decay)", plain, learningRateFactor, 0));
        }
        return groups;
    }
}
