package dev.tandem.core.data;

/**
 * Which speaker of the data becomes the agent. Where the data are talks between people ({@link DataFormat}), the one who speaks first counts as the
 * user and everybody else as the agent.
 */
public enum AgentSide {
    /** The agent of the data. */
    AGENT,
    /** The user of the data: the sides are swapped. */
    USER,
    /** Each dialogue is given twice, once from either side. */
    BOTH,
    /** Whoever shares the first photo; the agent of the data where there is none. */
    SHARER
}
