/**
 * How much the bridge's gradient knows: what it predicts for other words in a caption, beside what these do to the picture's loss. Open
 * {@link dev.tandem.samples.probe.Probe} first.
 */
@NullMarked
package dev.tandem.samples.probe;

import org.jspecify.annotations.NullMarked;
