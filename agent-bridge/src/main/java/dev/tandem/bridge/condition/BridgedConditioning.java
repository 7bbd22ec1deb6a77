package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the text encoder reads for P captions.
 *
 * @param ids int64 [P, S], padded
 * @param inputsEmbeds [P, S, d]: the embeddings of {@code ids}; the tape begins with them
 * @param relaxed the language model's choices
 * @param captions the captions that these spell
 * @param gradient of the logits, after a backward pass from something made of {@code inputsEmbeds}; null where none comes through
 */
public record BridgedConditioning(
        Tensor ids,
        Tensor inputsEmbeds,
        Relaxed relaxed,
        List<AlignedCaption> captions,
        @Nullable Supplier<LogitGradient> gradient) {

    public BridgedConditioning {
        captions = List.copyOf(captions);
    }
}
