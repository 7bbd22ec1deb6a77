/**
 * From caption logits [N, V_L] to one-hot choices that let gradients through. Open {@link dev.tandem.bridge.relax.GumbelSoftmax} first.
 */
@NullMarked
package dev.tandem.bridge.relax;

import org.jspecify.annotations.NullMarked;
