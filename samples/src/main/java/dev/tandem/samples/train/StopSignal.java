package dev.tandem.samples.train;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Lets Ctrl-C end a run cleanly: while it is open, a signal sets it and the virtual machine waits until it is closed, so the run can
 * finish its step and write its checkpoint. The exit code is then the signal's: 130 for Ctrl-C.
 */
public final class StopSignal implements BooleanSupplier, AutoCloseable {

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndWait, "stop-training");
    private volatile boolean stopped;

    /** Registers with the virtual machine. */
    public static StopSignal listen() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private StopSignal() {}

    private void stopAndWait() {
        stopped = true;
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean getAsBoolean() {
        return stopped;
    }

    @Override
    public void close() {
        closed.countDown();
        if (!stopped) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the signal came just now; the hook finds the latch open
            }
        }
    }
}
