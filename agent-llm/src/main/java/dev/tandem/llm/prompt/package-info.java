/**
 * From what was said to token ids: a {@link dev.tandem.core.dialogue.Dialogue} comes in, a prompt or a
 * {@link dev.tandem.llm.prompt.TokenizedDialogue} goes out. Open {@link dev.tandem.llm.prompt.PromptEncoder} first. Training and chatting
 * write dialogues with the same code.
 */
@NullMarked
package dev.tandem.llm.prompt;

import org.jspecify.annotations.NullMarked;
