package dev.tandem.core.stage;

import dev.tandem.core.caption.Caption;

/**
 * The second stage: turns the language model's caption into what the diffusion model's text encoder is fed.
 *
 * <p>At inference that is the plain caption in the diffusion tokenizer's tokens; it equals the forward value of the differentiable path
 * that both models were trained through. Safe to use from several threads.
 */
public interface BridgeStage {

    /** The conditioning that a caption gives. */
    Conditioning condition(Caption caption);
}
