/**
 * The small world that the embedded default learns: composed scenes, their pictures, their captions, and dialogues in which
 * they are shared as photos. In comes a seeded generator of random numbers; out come any number of different scenes, pictures
 * and dialogues, the same ones for the same seed. Nothing here knows a model or a tensor.
 *
 * <p>Open {@link dev.tandem.samples.world.Scene} first, then {@link dev.tandem.samples.world.SceneSampler},
 * {@link dev.tandem.samples.world.ScenePainter}, {@link dev.tandem.samples.world.CaptionWriter} and
 * {@link dev.tandem.samples.world.DialogueWriter}. What is held out of training stands in {@link dev.tandem.samples.world.Split}.
 */
@NullMarked
package dev.tandem.samples.world;

import org.jspecify.annotations.NullMarked;
