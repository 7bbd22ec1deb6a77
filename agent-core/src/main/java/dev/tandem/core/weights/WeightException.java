package dev.tandem.core.weights;

import dev.tandem.core.config.OneLine;

/** A weight file is missing, damaged or does not fit its configuration. The message is one line and says which, where, and what to do. */
public final class WeightException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WeightException(String message) {
        super(OneLine.of(message));
    }

    public WeightException(String message, Throwable cause) {
        super(OneLine.of(message), cause);
    }
}
