/**
 * Text and pictures on a terminal: in come strings that nobody vetted and PNG files, out go characters that are safe to print.
 *
 * <p>Open {@link dev.tandem.samples.terminal.HalfBlocks} first.
 */
@NullMarked
package dev.tandem.samples.terminal;

import org.jspecify.annotations.NullMarked;
