/**
 * {@code tandem verify}: runs parity cases, folders that hold a small model, inputs and the outputs of the reference
 * implementation, and says for each whether the numbers agree.
 */
@NullMarked
package dev.tandem.samples.verify;

import org.jspecify.annotations.NullMarked;
