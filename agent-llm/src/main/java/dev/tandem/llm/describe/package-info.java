/** Pictures into words: a vision model with its image processor and tokenizer. Open {@link dev.tandem.llm.describe.ImageToText} first. */
@NullMarked
package dev.tandem.llm.describe;

import org.jspecify.annotations.NullMarked;
