/**
 * {@code tandem train}: what is trained, on which data, as configuration files say. In comes a configuration, out comes a run folder with
 * checkpoints, a log and the trained model. Open {@link dev.tandem.samples.train.TrainingRecipe} first: its implementations are the kinds
 * of configuration; {@link dev.tandem.samples.train.TrainingRun} runs one.
 */
@NullMarked
package dev.tandem.samples.train;

import org.jspecify.annotations.NullMarked;
