package dev.tandem.spring;

/** The agent's model could not be loaded; {@link ModelFailureAnalyzer} says it to whoever starts the application. */
final class ModelNotLoadedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ModelNotLoadedException(TandemProperties properties, RuntimeException cause) {
        super(
                "the agent cannot be made with tandem.model=" + properties.model()
                        + (properties.imageModel() == null ? "" : " and tandem.image-model=" + properties.imageModel())
                        + ": " + cause.getMessage(),
                cause);
    }
}
