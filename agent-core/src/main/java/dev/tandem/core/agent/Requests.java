package dev.tandem.core.agent;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** The requests of an agent that are under way, so that its weights outlive them. */
final class Requests {

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private boolean ended;

    /**
     * Runs a request.
     *
     * @throws IllegalStateException if the agent is closed
     * @throws CancelledException if cancelled
     */
    <T> T run(Cancellation cancellation, Supplier<T> request) {
        if (closed) {
            throw new IllegalStateException("the agent is closed");
        }
        lock.readLock().lock();
        try {
            // a closing that began meanwhile waits for the write lock and has cancelled all that it saw
            if (closed) {
                throw new CancelledException();
            }
            cancellation.check();
            running.add(cancellation);
            if (closed) {
                cancellation.cancel();
            }
            try {
                return request.get();
            } finally {
                running.remove(cancellation);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Cancels all requests and waits for their end.
     *
     * @return whether this call was the one that closed
     * @throws IllegalStateException if called from within a request, such as by a listener
     */
    boolean close() {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    "a listener cannot close the agent that it hears; cancel the request instead");
        }
        closed = true;
        running.forEach(Cancellation::cancel);
        lock.writeLock().lock();
        try {
            boolean first = !ended;
            ended = true;
            return first;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
