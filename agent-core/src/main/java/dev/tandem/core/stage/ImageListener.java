package dev.tandem.core.stage;

import java.util.function.Supplier;

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
     * What is drawn so far can be looked at: roughly, small, and without a pass of the decoder.
     *
     * @param step how many are done, from 1 to {@code steps - 1}
     * @param steps how many there are
     * @param preview makes the picture when it is asked, within this call only
     */
    default void onPreview(int step, int steps, Supplier<Picture> preview) {}

    /**
     * A text is longer than a text encoder reads; its end was left out.
     *
     * @param rest the end
     * @param tokens how many the encoder reads
     */
    default void onCut(String rest, int tokens) {}
}
