package dev.tandem.core.stage;

import java.util.concurrent.atomic.AtomicBoolean;

/** Stops work from another thread: the one who waits cancels, the one who works asks between steps. */
public final class Cancellation {

    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Asks the work to stop; it ends with {@link CancelledException}. Later calls change nothing. */
    public void cancel() {
        cancelled.set(true);
    }

    public boolean isCancelled() {
        return cancelled.get();
    }

    /**
     * Asked by the one who works.
     *
     * @throws CancelledException if cancelled
     */
    public void check() {
        if (cancelled.get()) {
            throw new CancelledException();
        }
    }
}
