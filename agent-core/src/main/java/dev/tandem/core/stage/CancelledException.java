package dev.tandem.core.stage;

/** Work ended because somebody cancelled it. */
public final class CancelledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("cancelled");
    }
}
