package dev.tandem.core.agent;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.Verdict;

/**
 * Hears a reply while it comes: all words and captions first, then each photo's steps and the photo. Called on the thread that asked;
 * what it throws ends the reply.
 */
public interface AgentListener extends CaptionListener {

    /** Hears nothing. */
    AgentListener NONE = new AgentListener() {};

    @Override
    default void onText(String piece) {}

    @Override
    default void onCaption(Caption caption) {}

    /**
     * A photo is being drawn.
     *
     * @param caption what it is to show
     * @param step how many steps are done, from 0
     * @param steps how many there are
     */
    default void onDrawing(Caption caption, int step, int steps) {}

    /**
     * A guard has something to say against a photo: it is not shown, or blurred, or doubtful. Heard before {@link #onPhoto}, which a blocked photo has not.
     */
    default void onJudged(Caption caption, Verdict verdict) {}

    /** A photo is there. */
    default void onPhoto(Photo photo) {}
}
