/**
 * What is said: in come turns of two speakers, with words and photos; out goes a {@link dev.tandem.core.dialogue.Reply}.
 * Everything here is immutable and knows no model.
 *
 * <p>Open {@link dev.tandem.core.dialogue.Dialogue} first.
 */
@NullMarked
package dev.tandem.core.dialogue;

import org.jspecify.annotations.NullMarked;
