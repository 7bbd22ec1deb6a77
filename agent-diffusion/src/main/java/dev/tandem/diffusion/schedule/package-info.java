/**
 * Noise schedules and samplers. A scheduler adds noise for training; for sampling it is set up with a number of steps and then takes, at
 * each, a network's prediction from noisy latents to less noisy ones. It never sees the network. Open
 * {@link dev.tandem.diffusion.schedule.Scheduler} first.
 */
@NullMarked
package dev.tandem.diffusion.schedule;

import org.jspecify.annotations.NullMarked;
