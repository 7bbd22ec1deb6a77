/**
 * Training: in comes a {@link dev.tandem.core.train.TrainingTask} (parameters, and a loss for one batch), a
 * {@link dev.tandem.core.train.TrainConfig} and a folder; out go trained parameters, checkpoints and a log.
 *
 * <p>Open {@link dev.tandem.core.train.Trainer} first: it is the loop. {@link dev.tandem.core.train.JointTask} trains a language model and
 * a diffusion model together, through the three contracts {@link dev.tandem.core.train.LanguageTraining},
 * {@link dev.tandem.core.train.BridgeTraining} and {@link dev.tandem.core.train.ImageTraining} that the stages implement.
 */
@NullMarked
package dev.tandem.core.train;

import org.jspecify.annotations.NullMarked;
