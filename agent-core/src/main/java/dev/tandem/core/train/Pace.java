package dev.tandem.core.train;

/** Samples per second between two reports. */
final class Pace {

    private long since;
    private long samples;

    /** Starts at a time of {@link System#nanoTime}. */
    Pace(long since) {
        this.since = since;
    }

    void add(long more) {
        samples += more;
    }

    double take() {
        double speed = samples / Math.max(1e-9, (System.nanoTime() - since) / 1e9);
        samples = 0;
        since = System.nanoTime();
        return speed;
    }
}
