/**
 * The vocabulary transformation: which tokens of the language model push which tokens of the diffusion model, for one caption.
 * Pure arithmetic on token ids and spans, without tensors. Open {@link dev.tandem.bridge.vocab.VocabularyAlignment} first.
 */
@NullMarked
package dev.tandem.bridge.vocab;

import org.jspecify.annotations.NullMarked;
