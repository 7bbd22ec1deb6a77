/**
 * The tensor kit: model code is written once against {@link dev.tandem.core.tensor.Tensor}, whatever engine computes it.
 *
 * <p>Open {@link dev.tandem.core.tensor.TensorEngine} first: it makes tensors and opens {@link dev.tandem.core.tensor.Scope}s, which
 * own every result. Operations carry PyTorch's names and semantics. Shape letters used throughout: B batch, T tokens of the
 * language model, S tokens of the text encoder, V vocabulary, D width, H heads, C channels, h and w spatial.
 */
@NullMarked
package dev.tandem.core.tensor;

import org.jspecify.annotations.NullMarked;
