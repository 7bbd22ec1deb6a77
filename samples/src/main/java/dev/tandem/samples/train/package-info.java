/**
 * {@code tandem train}: what is trained, on which data, as configuration files say. In comes a configuration, out comes a run folder with
 * checkpoints and the trained models.
 */
@NullMarked
package dev.tandem.samples.train;

import org.jspecify.annotations.NullMarked;
