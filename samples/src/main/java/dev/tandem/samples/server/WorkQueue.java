package dev.tandem.samples.server;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Requests wait here, first come first served, and only so many: one more is refused at once, with a guess when to come back. */
final class WorkQueue {

    private static final int LOOK_MILLIS = 100;
    private static final int MOST_RETRY_SECONDS = 60;

    private final int places;
    private final int parallel;
    private final Semaphore turns;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger working = new AtomicInteger();
    private volatile double secondsEach = 2;

    /**
     * A queue.
     *
     * @param places how many may wait
     * @param parallel how many are at work at a time
     */
    WorkQueue(int places, int parallel) {
        this.places = places;
        this.parallel = parallel;
        this.turns = new Semaphore(parallel, true);
    }

    /** How many wait. */
    int length() {
        return waiting.get();
    }

    /** Whether one more would be refused. */
    boolean isFull() {
        return waiting.get() >= places && turns.availablePermits() == 0;
    }

    ApiException full() {
        double seconds = secondsEach * Math.max(1, waiting.get()) / parallel;
        return ApiException.busy("the server is busy and " + places + " requests wait already; ask again later", (int)
                Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil(seconds))));
    }

    /**
     * Waits for its turn and works.
     *
     * @throws ApiException if too many wait
     * @throws CancelledException if cancelled
     */
    <T> T run(Cancellation cancellation, Supplier<T> work) {
        await(cancellation);
        long began = System.nanoTime();
        working.incrementAndGet();
        try {
            cancellation.check();
            return work.get();
        } finally {
            working.decrementAndGet();
            turns.release();
            secondsEach = 0.8 * secondsEach + 0.2 * (System.nanoTime() - began) / 1e9;
        }
    }

    private void await(Cancellation cancellation) {
        // those that wait, and those whose turn it is, count together: who finds a free turn takes no place from others
        if (waiting.incrementAndGet() + working.get() > places + parallel) {
            waiting.decrementAndGet();
            throw full();
        }
        try {
            while (!turns.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                cancellation.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        } finally {
            waiting.decrementAndGet();
        }
    }
}
