/**
 * The contracts between the stages, in the order of the data: dialogue, language model, caption, bridge, diffusion, picture.
 * Stages know these interfaces and not each other.
 */
@NullMarked
package dev.tandem.core.stage;

import org.jspecify.annotations.NullMarked;
