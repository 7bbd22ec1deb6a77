package dev.tandem.samples.cli;

import dev.tandem.core.stage.Cancellation;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Ctrl-C: what is under way is cancelled between two steps and given some seconds to leave nothing half-written; then the process ends
 * with 130, as the Java virtual machine does by itself on SIGINT.
 */
final class Interruption {

    private static final long PATIENCE_SECONDS = 5;

    private final Cancellation cancellation = new Cancellation();
    private final ReentrantLock work = new ReentrantLock();
    private final CountDownLatch finished = new CountDownLatch(1);

    /** What interruptible work is handed. */
    Cancellation cancellation() {
        return cancellation;
    }

    /** Runs work that Ctrl-C cancels and waits for. */
    <T> T during(Supplier<T> task) {
        work.lock();
        try {
            cancellation.check();
            return task.get();
        } finally {
            work.unlock();
        }
    }

    /** Makes Ctrl-C cancel what is under way. */
    void install(PrintStream err) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(err), "interruption"));
    }

    private void stop(PrintStream err) {
        if (finished.getCount() == 0) {
            return;
        }
        cancellation.cancel();
        if (work.tryLock()) {
            // nothing under way: the thread of the program waits for input, or loads
            err.println(Main.INTERRUPTED);
            return;
        }
        try {
            finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The program is about to end by itself. */
    void finished() {
        finished.countDown();
    }
}
