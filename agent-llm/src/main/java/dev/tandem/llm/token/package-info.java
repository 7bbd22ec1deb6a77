/**
 * The language model's tokenizer: dialogue text to ids, ids to text, caption ids to what they spell. Open
 * {@link dev.tandem.llm.token.LlmTokenizer}.
 */
@NullMarked
package dev.tandem.llm.token;

import org.jspecify.annotations.NullMarked;
