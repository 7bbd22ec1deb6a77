package dev.tandem.samples.server;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Work of one stage waits here, first come first served. It is done on as many threads as may work at a time, always the same ones: native memory keeps something for each thread
 * that ever computed, and the server has a hundred.
 */
final class Desk implements AutoCloseable {

    private static final int LOOK_MILLIS = 100;
    private static final double REMEMBERED = 0.8;

    private final int parallel;
    private final ExecutorService workers;
    private final Deque<Cancellation> waiting = new ArrayDeque<>();
    private int working;
    private double secondsEach = 2;

    /**
     * A desk.
     *
     * @param name of its threads
     * @param parallel how many are at work at a time
     */
    Desk(String name, int parallel) {
        this.parallel = parallel;
        AtomicInteger count = new AtomicInteger();
        workers = Executors.newFixedThreadPool(parallel, work -> {
            Thread thread = new Thread(work, "tandem-" + name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** How many wait. */
    synchronized int length() {
        return waiting.size();
    }

    /** How many wait before that which can be cancelled so; -1 if it does not wait. */
    synchronized int before(Cancellation cancellation) {
        return List.copyOf(waiting).indexOf(cancellation);
    }

    /** A guess how long one more would wait. */
    synchronized double secondsToWait() {
        return secondsEach * waiting.size() / parallel;
    }

    /**
     * Waits for its turn and for the work, which is done on another thread.
     *
     * @throws CancelledException if cancelled
     */
    <T> T run(Cancellation cancellation, Supplier<T> work) {
        await(cancellation);
        long began = System.nanoTime();
        try {
            return ended(workers.submit(work::get));
        } finally {
            ended((System.nanoTime() - began) / 1e9);
        }
    }

    /** What the work gives, or throws. It is waited for in any case, as it stops by its cancellation. */
    private static <T> T ended(Future<T> work) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return work.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    if (e.getCause() instanceof Error cause) {
                        throw cause;
                    }
                    throw new IllegalStateException("an answer failed: " + e.getCause(), e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void await(Cancellation cancellation) {
        waiting.add(cancellation);
        try {
            while (working >= parallel || waiting.peek() != cancellation) {
                cancellation.check();
                wait(LOOK_MILLIS);
            }
            cancellation.check();
            working++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        } finally {
            waiting.remove(cancellation);
            notifyAll(); // somebody else may be the first now
        }
    }

    private synchronized void ended(double seconds) {
        working--;
        secondsEach = REMEMBERED * secondsEach + (1 - REMEMBERED) * seconds;
        notifyAll();
    }

    @Override
    public void close() {
        workers.shutdown();
    }
}
