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
import java.util.function.Function;

/**
 * A turn of a training dialogue. A photo comes after the words of its turn.
 *
 * @param speaker who says it; only the agent shares photos
 * @param text its words; not empty
 * @param scene what the photo shows
 * @param caption the photo's caption; present if and only if there is a scene
 * @param told what the dialogue says of the scene before this turn; whoever answers "show me a dog" chooses the place
 * @param sent what a photo shows that the user sends with these words, before them and without a caption
 * @param asked what the user wants to know of the photo that he sent, where this turn is the answer
 */
public record DialogueTurn(
        Speaker speaker,
        String text,
        Optional<Scene> scene,
        Optional<String> caption,
        Set<Fact> told,
        Optional<Scene> sent,
        Optional<SightQuestion> asked) {

    public DialogueTurn {
        told = Set.copyOf(told);
        if (sent.isPresent() && speaker != Speaker.USER) {
            throw new IllegalArgumentException("a photo without a caption is sent by the user; got " + sent);
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("a turn has words");
        }
        if (scene.isPresent() != caption.isPresent() || scene.isPresent() && speaker != Speaker.AGENT) {
            throw new IllegalArgumentException("a photo has a scene and a caption and is shared by the agent; got "
                    + speaker + ", " + scene + ", " + caption);
        }
    }

    /** A turn in which the user sends nothing. */
    public DialogueTurn(Speaker speaker, String text, Optional<Scene> scene, Optional<String> caption, Set<Fact> told) {
        this(speaker, text, scene, caption, told, Optional.empty(), Optional.empty());
    }

    /** A turn in words. */
    static DialogueTurn words(Speaker speaker, String text) {
        return new DialogueTurn(speaker, text, Optional.empty(), Optional.empty(), Set.of());
    }

    /** A turn in which the user sends a photo. */
    static DialogueTurn sending(String text, Scene sent) {
        return new DialogueTurn(
                Speaker.USER, text, Optional.empty(), Optional.empty(), Set.of(), Optional.of(sent), Optional.empty());
    }

    /** A turn of the agent's with a photo. */
    static DialogueTurn photo(String text, Scene scene, String caption, Set<Fact> told) {
        return new DialogueTurn(Speaker.AGENT, text, Optional.of(scene), Optional.of(caption), told);
    }

    /** The same as the answer to a question about a photo. */
    DialogueTurn answering(SightQuestion question) {
        return new DialogueTurn(speaker, text, scene, caption, told, sent, Optional.of(question));
    }

    /** Whether it shares a photo. */
    public boolean hasPhoto() {
        return caption.isPresent();
    }

    /** As the agent's own types have it; for a turn in which the user sends no photo. */
    public Turn toTurn() {
        return toTurn(scene -> {
            throw new IllegalStateException("nothing makes the photos that the user sends");
        });
    }

    /**
     * As the agent's own types have it: words and, if there is one, the photo by its caption.
     *
     * @param photos makes those that the user sends
     */
    public Turn toTurn(Function<Scene, Photo> photos) {
        List<Part> parts = new ArrayList<>();
        sent.map(photos).ifPresent(parts::add);
        parts.add(new Words(text));
        caption.map(Photo::described).ifPresent(parts::add);
        return new Turn(speaker, parts);
    }
}
