/**
 * Pictures to vectors: CLIP's vision encoder, and both of CLIP's encoders side by side. Pictures go in as normalised pixels, vectors that can
 * be compared with those of texts come out. Open {@link dev.tandem.diffusion.vision.ClipModel} first. {@link
 * dev.tandem.diffusion.vision.SafetyChecker} compares such vectors with those of what had better not be shown.
 */
@NullMarked
package dev.tandem.diffusion.vision;

import org.jspecify.annotations.NullMarked;
