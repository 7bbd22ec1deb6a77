package dev.tandem.core.hub;

/** A model could not be fetched. The message says what, from where, and what to do. */
public final class HubException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HubException(String message) {
        super(message);
    }

    public HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
