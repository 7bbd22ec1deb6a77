package dev.tandem.core.weights;

/** A weight file is missing, damaged or does not fit its configuration. The message says which, where, and what to do. */
public final class WeightException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WeightException(String message) {
        super(message);
    }

    public WeightException(String message, Throwable cause) {
        super(message, cause);
    }
}
