/**
 * Trains byte-pair tokenizers on texts and writes them in the published layout, so that this project and transformers read them alike.
 * Open {@link dev.tandem.samples.tokenizer.LlamaTokenizerTrainer} and {@link dev.tandem.samples.tokenizer.ClipTokenizerTrainer}.
 */
@NullMarked
package dev.tandem.samples.tokenizer;

import org.jspecify.annotations.NullMarked;
