package dev.tandem.core.stage;

/** Hears how far a picture is. */
@FunctionalInterface
public interface ImageListener {

    /** Hears nothing. */
    ImageListener NONE = (step, steps) -> {};

    /**
     * A step is done.
     *
     * @param step how many are done, from 1
     * @param steps how many there are
     */
    void onStep(int step, int steps);
}
