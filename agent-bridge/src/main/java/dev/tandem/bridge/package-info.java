/**
 * The bridge between the two models: in come the language model's caption tokens (or, in training, their logits), out goes what the
 * diffusion model's text encoder reads, with gradients. Imports core only.
 *
 * <p>Read in the order of the data: {@link dev.tandem.bridge.relax} (equation 2), {@link dev.tandem.bridge.vocab} (equations 3 to 5),
 * {@link dev.tandem.bridge.condition} (both together). Equations are those of "An End-to-End Model for Photo-Sharing Multi-Modal
 * Dialogue Generation", section III-D. Letters: n caption tokens of the language model, m tokens of the text encoder with begin and
 * end, S its full length, N all caption tokens of a batch, P its captions, V_L and V_S the vocabularies, d the text encoder's width.
 */
@NullMarked
package dev.tandem.bridge;

import org.jspecify.annotations.NullMarked;
