package dev.tandem.core.data;

import dev.tandem.core.dialogue.Speaker;
import java.util.Optional;

/**
 * Something said, then perhaps a photo shared. Several photos are several turns of one speaker.
 *
 * @param speaker who says it
 * @param text its words; empty if there is only a photo
 * @param photo shared after the words
 */
public record RecordedTurn(Speaker speaker, String text, Optional<PhotoFile> photo) {

    public RecordedTurn {
        if (text.isBlank() && photo.isEmpty()) {
            throw new IllegalArgumentException("a turn has words or a photo");
        }
    }
}
