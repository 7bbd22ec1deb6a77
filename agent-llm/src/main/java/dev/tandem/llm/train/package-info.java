/**
 * Training of the language model: tokenized dialogues come in, the text loss L_t and the distributions of the captions go out. Open
 * {@link dev.tandem.llm.train.LanguageTask} to train a language model alone; {@link dev.tandem.llm.train.LanguageModelTraining} is its part
 * of joint training. The loop is {@link dev.tandem.core.train.Trainer}.
 */
@NullMarked
package dev.tandem.llm.train;

import org.jspecify.annotations.NullMarked;
