/**
 * What stands before and behind the diffusion model: {@link dev.tandem.core.safety.CaptionGuard} reads a caption before anything is drawn,
 * {@link dev.tandem.core.safety.ImageGuard} looks at the picture before anybody sees it; both end in a {@link dev.tandem.core.safety.Verdict}.
 */
@NullMarked
package dev.tandem.core.safety;

import org.jspecify.annotations.NullMarked;
