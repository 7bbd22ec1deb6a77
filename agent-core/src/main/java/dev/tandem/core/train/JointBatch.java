package dev.tandem.core.train;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues and the photos of their captions.
 *
 * @param dialogues B dialogues with P captions in all
 * @param latents [P, C, h, w], one for each caption in the same order; null if there is none
 */
public record JointBatch(DialogueBatch dialogues, @Nullable Tensor latents) {

    public JointBatch {
        long photos = latents == null ? 0 : latents.size(0);
        if (photos != dialogues.captions().size()) {
            throw new IllegalArgumentException(
                    "the batch has " + dialogues.captions().size() + " captions and " + photos + " photos");
        }
    }
}
