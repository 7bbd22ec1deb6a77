package dev.tandem.core.train;

/** Speeds between two reports, and the time that is left. */
final class Pace {

    private final long began;
    private long since;
    private Sums sums = new Sums();

    /** Starts at a time of {@link System#nanoTime}. */
    Pace(long began) {
        this.began = began;
        this.since = began;
    }

    void add(Sums step) {
        sums.samples += step.samples;
        sums.tokens += step.tokens;
        sums.images += step.images;
    }

    /** The speeds since the last time that this was asked. */
    StepReport.Speed take(long stepsHere, long stepsLeft) {
        long now = System.nanoTime();
        double seconds = Math.max(1e-9, (now - since) / 1e9);
        double whole = (now - began) / 1e9;
        StepReport.Speed speed = new StepReport.Speed(
                sums.samples / seconds,
                sums.tokens / seconds,
                sums.images / seconds,
                whole,
                whole / Math.max(1, stepsHere) * stepsLeft);
        sums = new Sums();
        since = now;
        return speed;
    }
}
