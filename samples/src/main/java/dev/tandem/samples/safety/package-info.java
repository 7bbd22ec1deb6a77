/** Who looks at pictures before a command shows them. */
@NullMarked
package dev.tandem.samples.safety;

import org.jspecify.annotations.NullMarked;
