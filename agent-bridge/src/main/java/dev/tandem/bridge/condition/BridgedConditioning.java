package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.core.tensor.Tensor;
import java.util.List;

/**
 * What the text encoder reads for P captions.
 *
 * @param ids int64 [P, S], padded
 * @param inputsEmbeds [P, S, d]: the embeddings of {@code ids}, with gradients to the logits
 * @param relaxed the language model's choices
 * @param captions the captions that these spell
 */
public record BridgedConditioning(Tensor ids, Tensor inputsEmbeds, Relaxed relaxed, List<AlignedCaption> captions) {

    public BridgedConditioning {
        captions = List.copyOf(captions);
    }
}
