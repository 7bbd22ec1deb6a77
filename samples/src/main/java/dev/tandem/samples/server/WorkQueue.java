package dev.tandem.samples.server;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Requests wait here, first come first served, and only so many: one more is refused at once, with a guess when to come back. */
final class WorkQueue {

    private static final int LOOK_MILLIS = 100;
    private static final int MOST_RETRY_SECONDS = 60;
    private static final double REMEMBERED = 0.8;

    private final int places;
    private final int parallel;
    private final Deque<Object> waiting = new ArrayDeque<>();
    private int working;
    private double secondsEach = 2;

    /**
     * A queue.
     *
     * @param places how many may wait
     * @param parallel how many are at work at a time
     */
    WorkQueue(int places, int parallel) {
        this.places = places;
        this.parallel = parallel;
    }

    /** How many wait. */
    synchronized int length() {
        return waiting.size();
    }

    /**
     * Refuses where one more would find no place, such as before its body is read for nothing.
     *
     * @throws ApiException if too many wait
     */
    synchronized void requirePlace() {
        if (waiting.size() + working >= places + parallel) {
            double seconds = secondsEach * Math.max(1, waiting.size()) / parallel;
            throw ApiException.busy(
                    "the server is busy and " + waiting.size() + " requests wait already; ask again later",
                    (int) Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil(seconds))));
        }
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
        try {
            return work.get();
        } finally {
            ended((System.nanoTime() - began) / 1e9);
        }
    }

    private synchronized void await(Cancellation cancellation) {
        requirePlace();
        Object me = new Object();
        waiting.add(me);
        try {
            while (working >= parallel || waiting.peek() != me) {
                cancellation.check();
                wait(LOOK_MILLIS);
            }
            cancellation.check();
            working++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        } finally {
            waiting.remove(me);
            notifyAll(); // somebody else may be the first now
        }
    }

    private synchronized void ended(double seconds) {
        working--;
        secondsEach = REMEMBERED * secondsEach + (1 - REMEMBERED) * seconds;
        notifyAll();
    }
}
