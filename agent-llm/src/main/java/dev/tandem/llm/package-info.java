/**
 * The first stage: a dialogue comes in, the agent's next turn goes out, with captions where a photo says it better. Open
 * {@link dev.tandem.llm.LlamaLanguageStage} first; the parts, in the order of the data: {@code prompt}, {@code token}, {@code model},
 * {@code decode}; {@code load} reads model folders, {@code train} trains.
 */
@NullMarked
package dev.tandem.llm;

import org.jspecify.annotations.NullMarked;
