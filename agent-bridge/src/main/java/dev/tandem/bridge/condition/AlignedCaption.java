package dev.tandem.bridge.condition;

import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.VocabularyTransform;

/**
 * A caption in both vocabularies with its transform.
 *
 * @param pair the caption
 * @param transform which LLM tokens push which diffusion tokens
 */
public record AlignedCaption(CaptionPair pair, VocabularyTransform transform) {

    /** n, the LLM's tokens. */
    int llmLength() {
        return pair.llm().ids().size();
    }

    /** m, the diffusion tokens with begin and end. */
    int diffusionLength() {
        return pair.diffusion().ids().size();
    }
}
