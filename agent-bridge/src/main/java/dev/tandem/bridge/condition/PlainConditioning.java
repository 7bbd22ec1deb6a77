package dev.tandem.bridge.condition;

import dev.tandem.core.tensor.Tensor;
import java.util.List;

/**
 * What the text encoder reads for P captions that are given.
 *
 * @param ids int64 [P, S], padded
 * @param inputsEmbeds [P, S, d], the embeddings of {@code ids}
 * @param captions the captions
 */
public record PlainConditioning(Tensor ids, Tensor inputsEmbeds, List<AlignedCaption> captions) {

    public PlainConditioning {
        captions = List.copyOf(captions);
    }
}
