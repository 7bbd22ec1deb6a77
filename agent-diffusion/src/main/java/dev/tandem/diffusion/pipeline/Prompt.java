package dev.tandem.diffusion.pipeline;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts as a denoiser takes them.
 *
 * @param hidden hidden states, [B, S, D]
 * @param pooled one vector for each prompt, [B, P]; null where the denoiser takes none
 */
public record Prompt(Tensor hidden, @Nullable Tensor pooled) {

    /** These prompts, then others: [2 B, ...]. */
    Prompt then(TensorEngine engine, Prompt others) {
        Tensor own = pooled;
        Tensor theirs = others.pooled;
        return new Prompt(
                engine.cat(List.of(hidden, others.hidden), 0),
                own == null || theirs == null ? null : engine.cat(List.of(own, theirs), 0));
    }
}
