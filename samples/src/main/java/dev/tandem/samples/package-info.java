/**
 * Small programs to copy; each is tested.
 *
 * <p>Open {@link dev.tandem.samples.HelloPhoto} first.
 */
@NullMarked
package dev.tandem.samples;

import org.jspecify.annotations.NullMarked;
