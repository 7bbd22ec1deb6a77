package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What of the denoiser a joint run trains. */
public enum ImagePart {
    /** All weights. */
    FULL {
        @Override
        boolean trains(String key) {
            return true;
        }
    },
    /** A LoRA adapter beside them ({@link ImageLoraPart}); it is written as PEFT and diffusers do, beside the weights. */
    LORA {
        @Override
        boolean trains(String key) {
            return false;
        }
    },
    /** The projections of the queries with which it looks at the caption. */
    CROSS_ATTENTION_QUERIES {
        @Override
        boolean trains(String key) {
            return key.contains(".attn2.to_q.");
        }
    },
    /** Nothing; gradients run through it to the language model. */
    FROZEN {
        @Override
        boolean trains(String key) {
            return false;
        }
    };

    /** Whether the weight of a checkpoint key, as diffusers names it, is trained. */
    abstract boolean trains(String key);

    /** Those of a denoiser's weights that are trained. */
    Map<String, Tensor> of(Map<String, Tensor> weights) {
        Map<String, Tensor> some = new LinkedHashMap<>();
        weights.forEach((key, tensor) -> {
            if (trains(key)) {
                some.put(key, tensor);
            }
        });
        return some;
    }
}
