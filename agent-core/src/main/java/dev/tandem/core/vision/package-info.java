/** Pictures on their way into a model that looks at them, resized, cut and normalised as the reference's image processors do, and into files. */
@NullMarked
package dev.tandem.core.vision;

import org.jspecify.annotations.NullMarked;
