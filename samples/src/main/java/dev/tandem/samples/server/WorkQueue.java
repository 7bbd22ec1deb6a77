package dev.tandem.samples.server;

import dev.tandem.core.agent.StageRunner;
import dev.tandem.core.stage.Cancellation;
import java.util.function.Supplier;

/**
 * Only so many requests are let in: one more is refused at once, with a guess when to come back. Those that are wait for each stage by itself, so that nobody waits for words while
 * the photos of others are drawn.
 */
final class WorkQueue implements StageRunner, AutoCloseable {

    private static final int MOST_RETRY_SECONDS = 60;

    /** A request that was let in; closing it makes room for the next. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    private final int most;
    private final Desk words;
    private final Desk photos;
    private int inside;

    /**
     * A queue.
     *
     * @param places how many requests may wait
     * @param parallel how many photos are drawn at a time; half as many answers are written
     */
    WorkQueue(int places, int parallel) {
        most = places + parallel;
        words = new Desk("words", Math.max(1, parallel / 2));
        photos = new Desk("photos", parallel);
    }

    /** How many wait. */
    int length() {
        return words.length() + photos.length();
    }

    /** How many wait before that which can be cancelled so; -1 if it does not wait. */
    int before(Cancellation cancellation) {
        return Math.max(words.before(cancellation), photos.before(cancellation));
    }

    /**
     * Refuses where one more would find no place, such as before its body is read for nothing.
     *
     * @throws ApiException if too many were let in
     */
    synchronized void requirePlace() {
        if (inside >= most) {
            double seconds = words.secondsToWait() + photos.secondsToWait();
            throw ApiException.busy("the server is busy with " + inside + " requests; ask again later", (int)
                    Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil(seconds))));
        }
    }

    /**
     * Lets a request in.
     *
     * @throws ApiException if too many were let in
     */
    synchronized Place enter() {
        requirePlace();
        inside++;
        return this::leave;
    }

    private synchronized void leave() {
        inside--;
    }

    @Override
    public <T> T run(Stage stage, Cancellation cancellation, Supplier<T> work) {
        return switch (stage) {
            case LANGUAGE -> words.run(cancellation, work);
            case IMAGE -> photos.run(cancellation, work);
        };
    }

    @Override
    public void close() {
        words.close();
        photos.close();
    }
}
