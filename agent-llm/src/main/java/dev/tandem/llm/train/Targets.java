package dev.tandem.llm.train;

import dev.tandem.core.dialogue.Speaker;
import dev.tandem.llm.prompt.TokenizedDialogue;

/** Whose tokens the model learns to say. */
public enum Targets {
    /** The agent's turns only. */
    AGENT,
    /** The turns of both speakers, as in the paper's equation 1. */
    BOTH;

    /** Whether a token is a target of the text loss. */
    public boolean includes(TokenizedDialogue dialogue, int position) {
        return dialogue.saidBy(Speaker.AGENT, position) || (this == BOTH && dialogue.saidBy(Speaker.USER, position));
    }

    /** Whether a photo of this speaker is learned. */
    public boolean includes(Speaker speaker) {
        return this == BOTH || speaker == Speaker.AGENT;
    }
}
