package dev.tandem.core.agent;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.stage.Picture;
import java.util.function.Supplier;

/**
 * Hears a reply while it comes: all words and captions first, then each photo's steps and the photo. Called on the thread that asked, or the one on which a {@link StageRunner} works;
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
     * What is drawn so far can be looked at: roughly, small, and without a pass of the decoder. Not told where an image guard looks at pictures, as
     * it has not seen it.
     *
     * @param caption what it is to show
     * @param step how many are done, from 1 to {@code steps - 1}
     * @param steps how many there are
     * @param preview makes the picture when it is asked, within this call only
     */
    default void onPreview(Caption caption, int step, int steps, Supplier<Picture> preview) {}

    /**
     * A guard has something to say against a photo: it is not shown, or blurred, or doubtful. Heard before {@link #onPhoto}, which a blocked photo has not.
     */
    default void onJudged(Caption caption, Verdict verdict) {}

    /** A photo is there. */
    default void onPhoto(Photo photo) {}
}
