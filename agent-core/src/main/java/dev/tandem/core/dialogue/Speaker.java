package dev.tandem.core.dialogue;

/** Who says a turn. */
public enum Speaker {
    /** The person. */
    USER,
    /** The model. */
    AGENT
}
