package dev.tandem.samples.world;

import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A turn of a training dialogue. A photo comes after the words of its turn.
 *
 * @param speaker who says it; only the agent shares photos
 * @param text its words; not empty
 * @param scene what the photo shows
 * @param caption the photo's caption; present if and only if there is a scene
 * @param told what the dialogue says of the scene before this turn; whoever answers "show me a dog" chooses the place
 */
public record DialogueTurn(
        Speaker speaker, String text, Optional<Scene> scene, Optional<String> caption, Set<Fact> told) {

    public DialogueTurn {
        told = Set.copyOf(told);
        if (text.isBlank()) {
            throw new IllegalArgumentException("a turn has words");
        }
        if (scene.isPresent() != caption.isPresent() || scene.isPresent() && speaker != Speaker.AGENT) {
            throw new IllegalArgumentException("a photo has a scene and a caption and is shared by the agent; got "
                    + speaker + ", " + scene + ", " + caption);
        }
    }

    /** A turn in words. */
    static DialogueTurn words(Speaker speaker, String text) {
        return new DialogueTurn(speaker, text, Optional.empty(), Optional.empty(), Set.of());
    }

    /** A turn of the agent's with a photo. */
    static DialogueTurn photo(String text, Scene scene, String caption, Set<Fact> told) {
        return new DialogueTurn(Speaker.AGENT, text, Optional.of(scene), Optional.of(caption), told);
    }

    /** Whether it shares a photo. */
    public boolean hasPhoto() {
        return caption.isPresent();
    }

    /** As the agent's own types have it: words and, if there is one, the photo by its caption. */
    public Turn toTurn() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Words(text));
        caption.map(Photo::described).ifPresent(parts::add);
        return new Turn(speaker, parts);
    }
}
