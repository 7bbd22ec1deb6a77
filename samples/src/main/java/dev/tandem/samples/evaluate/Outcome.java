package dev.tandem.samples.evaluate;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.samples.evaluate.metric.TextOverlap.Spoken;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a held-out dialogue.
 *
 * @param tally what was counted
 * @param turns what the agent said, with the turns as they were written
 * @param exhibits a photo for each turn in which one was shared or due; empty where no pictures are kept
 */
record Outcome(Tally tally, List<Spoken> turns, List<Exhibit> exhibits) {

    /**
     * A turn in which a photo was shared or due.
     *
     * @param request what the user said before
     * @param shared the agent's; null if it shared none
     * @param due as it was due; null if none was
     */
    record Exhibit(
            String request,
            @Nullable Photo shared,
            @Nullable Due due) {}

    /**
     * A photo that was due.
     *
     * @param caption as it was written
     * @param picture of its scene, composed; the photo itself where dialogues are somebody's own
     * @param again the same scene composed with other random numbers: how far apart true pictures are; null where there is no second picture
     */
    record Due(
            String caption, BufferedImage picture, @Nullable BufferedImage again) {}

    Outcome {
        turns = List.copyOf(turns);
        exhibits = List.copyOf(exhibits);
    }
}
