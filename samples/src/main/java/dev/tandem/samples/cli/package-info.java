/**
 * The command line {@code tandem}: in come arguments, lines and Ctrl-C, out go text, pictures, files and an exit code.
 *
 * <p>Open {@link dev.tandem.samples.cli.Main} first.
 */
@NullMarked
package dev.tandem.samples.cli;

import org.jspecify.annotations.NullMarked;
