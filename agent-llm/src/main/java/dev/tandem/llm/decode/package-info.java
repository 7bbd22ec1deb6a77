/**
 * From logits to tokens: prompts come in as token ids, new tokens go out one by one. Open
 * {@link dev.tandem.llm.decode.Generator} first (one token after the other, streamed); {@link dev.tandem.llm.decode.BeamSearch} looks
 * for the likeliest whole sequences. {@link dev.tandem.llm.decode.LogitRules} and {@link dev.tandem.llm.decode.Sampler} work on plain
 * float arrays and follow transformers' logits processors.
 */
@NullMarked
package dev.tandem.llm.decode;

import org.jspecify.annotations.NullMarked;
