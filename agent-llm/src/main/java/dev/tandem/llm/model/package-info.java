/**
 * The decoder itself: token ids [B, T] come in, hidden states [B, T, D] and logits [B, T, V] go out. Open
 * {@link dev.tandem.llm.model.Llama} first; {@link dev.tandem.llm.model.LlamaConfig} holds its sizes and
 * {@link dev.tandem.llm.model.KvCache} remembers keys and values between the steps of a generation.
 * {@link dev.tandem.llm.model.BlipCaptioner} and {@link dev.tandem.llm.model.Mllama} look at pictures first. Weights come from
 * {@code dev.tandem.llm.load}.
 */
@NullMarked
package dev.tandem.llm.model;

import org.jspecify.annotations.NullMarked;
