package dev.tandem.samples.server;

import dev.tandem.core.stage.Cancellation;
import java.util.function.IntConsumer;

/** An answer in the making: who stops it, and why, so that the client gets the status that fits. */
final class Job {

    /** Why an answer was stopped. */
    enum End {
        /** Nobody waits for it any more. */
        HUNG_UP,
        /** It took too long. */
        LATE,
        /** The server stops. */
        STOPPING
    }

    private final Cancellation cancellation = new Cancellation();
    private final Hangup hangup;
    private final long deadline;
    private final IntConsumer waiting;
    private volatile End end = End.HUNG_UP;

    Job(Hangup hangup, long deadlineNanos, IntConsumer waiting) {
        this.hangup = hangup;
        this.waiting = waiting;
        this.deadline = deadlineNanos;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /** Stops it; the first reason counts. */
    synchronized void stop(End why) {
        if (!cancellation.isCancelled()) {
            end = why;
            cancellation.cancel();
        }
    }

    /** Why it was stopped. */
    End end() {
        return end;
    }

    /** Looks after it from another thread. */
    void watch() {
        if (System.nanoTime() - deadline > 0) {
            stop(End.LATE);
        } else if (hangup.isGone()) {
            stop(End.HUNG_UP);
        }
    }

    /** So many are before it. */
    void waits(int before) {
        if (!cancellation.isCancelled()) {
            waiting.accept(before);
        }
    }

    /** It ended. */
    void finished() {
        hangup.stop();
    }
}
