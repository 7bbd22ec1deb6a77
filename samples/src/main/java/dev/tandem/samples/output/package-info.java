/** Files that commands write. */
@NullMarked
package dev.tandem.samples.output;

import org.jspecify.annotations.NullMarked;
