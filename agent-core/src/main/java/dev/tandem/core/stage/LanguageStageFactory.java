package dev.tandem.core.stage;

/** Makes language stages; found on the class path by {@link java.util.ServiceLoader}. */
public interface LanguageStageFactory {

    /** Name for messages, such as {@code llama}. */
    String name();

    /** Whether it knows the architecture in this folder. It looks at configurations only and throws nothing. */
    boolean supports(StageContext context);

    /**
     * Loads the model.
     *
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit; the message names it
     */
    LanguageStage create(StageContext context);
}
