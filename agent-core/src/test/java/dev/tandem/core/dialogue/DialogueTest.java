package dev.tandem.core.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class DialogueTest {

    @Test
    void aTurnTellsItsWordsAndItsPhotos() {
        Photo photo = Photo.described("a dog");
        Turn turn = new Turn(Speaker.AGENT, List.of(new Words("look: "), photo, new Words(" nice?")));
        assertEquals("look: nice?", turn.text());
        assertEquals(List.of(photo), turn.photos());
    }

    @Test
    void emptyThingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Words(""));
        assertThrows(IllegalArgumentException.class, () -> new Turn(Speaker.USER, List.of()));
        assertThrows(IllegalArgumentException.class, () -> Photo.described(" "));
        assertThrows(IllegalArgumentException.class, () -> new Photo("a dog", new byte[0], 3, 3, 0));
    }

    @Test
    void theLastTurnsOfADialogue() {
        Dialogue dialogue =
                Dialogue.EMPTY.with(Turn.user("a")).with(Turn.agent("b")).with(Turn.user("c"));
        assertEquals(new Dialogue(List.of(Turn.agent("b"), Turn.user("c"))), dialogue.last(2));
        assertThrows(IllegalArgumentException.class, () -> dialogue.last(4));
    }

    @Test
    void bytesOfAPhotoCannotBeChangedFromOutside() {
        byte[] bytes = {1, 2, 3};
        Photo photo = new Photo("a dog", bytes, 1, 1, 0);
        bytes[0] = 9;
        photo.png()[1] = 9;
        assertEquals(new Photo("a dog", new byte[] {1, 2, 3}, 1, 1, 0), photo);
    }
}
