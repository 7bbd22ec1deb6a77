package dev.tandem.core.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A response's body that gives up where nothing comes for a while: {@code java.net.http} has a time limit for its head alone. */
final class TimedStream extends FilterInputStream {

    private static final ScheduledThreadPoolExecutor CLOCK = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "tandem-hub-clock");
        thread.setDaemon(true);
        return thread;
    });

    static {
        CLOCK.setRemoveOnCancelPolicy(true);
    }

    private final Duration patience;
    private volatile boolean late;

    TimedStream(InputStream in, Duration patience) {
        super(in);
        this.patience = patience;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        Future<?> alarm = CLOCK.schedule(this::giveUp, patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            int read = in.read(buffer, from, length);
            if (read < 0 && late) {
                throw new IOException("nothing came");
            }
            return read;
        } catch (IOException e) {
            throw late ? new IOException("nothing came for " + patience.toMillis() / 1000.0 + " s", e) : e;
        } finally {
            alarm.cancel(false);
        }
    }

    private void giveUp() {
        late = true;
        try {
            in.close(); // wakes the reader
        } catch (IOException e) {
            // the reader hears of it
        }
    }
}
