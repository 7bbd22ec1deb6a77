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

    /**
     * A text is longer than a text encoder reads; its end was left out.
     *
     * @param rest the end
     * @param tokens how many the encoder reads
     */
    default void onCut(String rest, int tokens) {}
}
