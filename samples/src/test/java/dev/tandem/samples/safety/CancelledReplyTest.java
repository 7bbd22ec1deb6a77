package dev.tandem.samples.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.caption.Caption;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A cancelled reply of the default ends within one token of its words, and within one step of its photo. */
class CancelledReplyTest {

    private static final String ASK = "Can you show me a photo of a red car in the snow?";
    private static final PhotoSharingAgent AGENT =
            PhotoSharingAgent.builder().seed(1L).build();

    @AfterAll
    static void free() {
        AGENT.close();
    }

    /** Counts what it hears, and cancels at one piece of text, or at one step. */
    private static final class Counting implements AgentListener {
        final Cancellation cancellation = new Cancellation();
        private final int lastPiece;
        private final int lastStep;
        int pieces;
        int captions;
        int step;
        int photos;

        Counting(int lastPiece, int lastStep) {
            this.lastPiece = lastPiece;
            this.lastStep = lastStep;
        }

        @Override
        public void onText(String piece) {
            if (++pieces == lastPiece) {
                cancellation.cancel();
            }
        }

        @Override
        public void onCaption(Caption caption) {
            captions++;
        }

        @Override
        public void onDrawing(Caption caption, int done, int steps) {
            step = done;
            if (done == lastStep) {
                cancellation.cancel();
            }
        }

        @Override
        public void onPhoto(Photo photo) {
            photos++;
        }

        Counting heard() {
            AGENT.reply(Dialogue.EMPTY, ASK, this, cancellation);
            return this;
        }
    }

    @Test
    void wordsEndWithinAToken() {
        Counting whole = new Counting(0, -1).heard();
        assertTrue(whole.pieces > 4, "the answer has " + whole.pieces + " pieces");
        assertEquals(1, whole.photos);
        for (int last : List.of(1, 3, whole.pieces)) {
            Counting cut = new Counting(last, -1);
            assertThrows(CancelledException.class, cut::heard);
            assertEquals(last, cut.pieces);
            assertEquals(0, cut.photos);
        }
        Counting early = new Counting(1, -1);
        assertThrows(CancelledException.class, early::heard);
        assertEquals(0, early.captions);
    }

    @Test
    void aDrawingEndsWithinAStep() {
        for (int last : List.of(0, 1, 7, 19)) {
            Counting cut = new Counting(0, last);
            assertThrows(CancelledException.class, cut::heard);
            assertEquals(last, cut.step, "steps of 20");
            assertEquals(0, cut.photos);
        }
    }
}
