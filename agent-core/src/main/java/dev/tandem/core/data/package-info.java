/**
 * Dialogues with photos that people recorded: in come files of PhotoChat, DialogCC, MMDialog or Tandem's own JSON lines, out go dialogues, one
 * after the other, whose photos are files, and a report of what is missing.
 *
 * <p>Open {@link dev.tandem.core.data.DialogueData} first.
 */
@NullMarked
package dev.tandem.core.data;

import org.jspecify.annotations.NullMarked;
