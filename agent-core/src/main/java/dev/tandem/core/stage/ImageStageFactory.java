package dev.tandem.core.stage;

/** Makes image stages; found on the class path by {@link java.util.ServiceLoader}. */
public interface ImageStageFactory {

    /** Name for messages, such as {@code stable-diffusion}. */
    String name();

    /** Whether it knows the architecture in this folder. It looks at configurations only and throws nothing. */
    boolean supports(StageContext context);

    /**
     * Loads the model.
     *
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit; the message names it
     */
    ImageStage create(StageContext context);
}
