package dev.tandem.core.stage;

/** Makes bridges; found on the class path by {@link java.util.ServiceLoader}. */
public interface BridgeStageFactory {

    /** Whether it knows this kind of bridge. */
    boolean supports(AgentConfig.Bridge bridge);

    /**
     * A bridge between two vocabularies.
     *
     * @param bridge settings from {@code agent.json}
     * @param language spells the language model's captions
     * @param image tokenizes for the diffusion model
     */
    BridgeStage create(AgentConfig.Bridge bridge, CaptionDecoder language, CaptionTokenizer image);
}
