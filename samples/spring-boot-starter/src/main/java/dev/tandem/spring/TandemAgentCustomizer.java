package dev.tandem.spring;

import dev.tandem.core.agent.PhotoSharingAgent;

/** Changes how the agent is built, after the properties and the guards were set: stages of your own, a listener, whatever has no property. */
@FunctionalInterface
public interface TandemAgentCustomizer {

    /** Changes the builder. */
    void customize(PhotoSharingAgent.Builder builder);
}
