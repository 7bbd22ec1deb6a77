package dev.tandem.samples.server;

import java.util.HashSet;
import java.util.Set;

/**
 * Those who read a body at the moment. Each holds a thread, so there are only so many: where one more comes the slowest must go, if it is slow. So clients that send a byte now and then
 * take threads from each other and not from those who send at once.
 */
final class BodyReaders {

    /** Bytes that everybody is given at the start, and in a second: who just began is not slow, nor is who sends at this rate. */
    private static final double FAIR_BYTES = 16_384;

    private final int most;
    private final Set<Reader> reading = new HashSet<>();

    BodyReaders(int most) {
        this.most = most;
    }

    /** One body, read until this is closed. */
    final class Reader implements AutoCloseable {

        private final Runnable wake;
        private final long began = System.nanoTime();
        private long bytes;
        private boolean gone;

        private Reader(Runnable wake) {
            this.wake = wake;
        }

        /** More has come. */
        void read(int count) {
            synchronized (BodyReaders.this) {
                bytes += count;
            }
        }

        /** Whether it had to make room. */
        boolean isGone() {
            synchronized (BodyReaders.this) {
                return gone;
            }
        }

        private double rate(long now) {
            return (bytes + FAIR_BYTES) / ((now - began) / 1e9 + 1);
        }

        private void go() {
            gone = true;
            reading.remove(this);
            wake.run();
        }

        @Override
        public void close() {
            synchronized (BodyReaders.this) {
                reading.remove(this);
            }
        }
    }

    /**
     * Begins to read a body; what is read is told to {@link Reader#read}.
     *
     * @param wake ends the read that waits, called from another thread where this one must make room
     * @throws ApiException if there are too many, all of them fast
     */
    synchronized Reader begin(Runnable wake) {
        if (reading.size() >= most) {
            long now = System.nanoTime();
            Reader slowest = null;
            for (Reader each : reading) {
                if (slowest == null || each.rate(now) < slowest.rate(now)) {
                    slowest = each;
                }
            }
            if (slowest == null || slowest.rate(now) >= FAIR_BYTES) {
                throw ApiException.busy("too many requests are sent at a time; ask again in some seconds", 5);
            }
            slowest.go();
        }
        Reader reader = new Reader(wake);
        reading.add(reader);
        return reader;
    }
}
