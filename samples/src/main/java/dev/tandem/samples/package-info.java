/**
 * Small programs to copy; each is tested.
 *
 * <p>Open {@link dev.tandem.samples.HelloPhoto} first; {@link dev.tandem.samples.HelloTraining} trains from a program.
 */
@NullMarked
package dev.tandem.samples;

import org.jspecify.annotations.NullMarked;
