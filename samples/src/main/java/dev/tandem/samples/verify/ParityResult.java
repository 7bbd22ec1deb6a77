package dev.tandem.samples.verify;

/**
 * How one parity case went.
 *
 * @param name name of the case's folder
 * @param kind the kind as {@code case.json} names it; empty if that file could not be read
 * @param outcome whether it passed
 * @param worst largest share of the tolerance that any value takes; up to 1 is within it, infinite where shapes or integers differ
 * @param message what differs and where; empty where the case passed
 * @param millis time taken, reading included
 */
record ParityResult(String name, String kind, Outcome outcome, double worst, String message, long millis) {

    enum Outcome {
        PASSED,
        FAILED,
        /** This version of Tandem has no such kind; counts as failed. */
        UNSUPPORTED
    }

    boolean passed() {
        return outcome == Outcome.PASSED;
    }
}
