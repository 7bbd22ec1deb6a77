/**
 * A model that looks at pictures before anybody sees them. Open {@link dev.tandem.diffusion.safety.SafetyCheckerGuard}.
 */
@NullMarked
package dev.tandem.diffusion.safety;

import org.jspecify.annotations.NullMarked;
