/**
 * A published language model as people use it: turns go in, put into words by the model's own chat template, text comes out as it is written.
 * Open {@link dev.tandem.llm.chat.ChatModelFolder} first.
 */
@NullMarked
package dev.tandem.llm.chat;

import org.jspecify.annotations.NullMarked;
