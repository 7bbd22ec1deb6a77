/**
 * From caption logits to what the text encoder reads. Open {@link dev.tandem.bridge.condition.CaptionBridge} first: in come logits
 * [N, V_L], out go token embeddings [P, S, d] that are exactly those of the caption and carry gradients back to the logits.
 */
@NullMarked
package dev.tandem.bridge.condition;

import org.jspecify.annotations.NullMarked;
