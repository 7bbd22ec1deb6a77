package dev.tandem.core.dialogue;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one speaker says before the other answers: words and photos in the order in which they came.
 *
 * @param speaker who says it
 * @param parts at least one
 */
public record Turn(Speaker speaker, List<Part> parts) {

    /** A turn of the person, in words. */
    public static Turn user(String text) {
        return new Turn(Speaker.USER, List.of(new Words(text)));
    }

    /** A turn of the agent, in words. */
    public static Turn agent(String text) {
        return new Turn(Speaker.AGENT, List.of(new Words(text)));
    }

    public Turn {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a turn has words or a photo");
        }
    }

    /** Its words without the photos, one blank between pieces. */
    public String text() {
        return parts.stream()
                .filter(Words.class::isInstance)
                .map(part -> ((Words) part).text().strip())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** Its photos, in order. */
    public List<Photo> photos() {
        return parts.stream()
                .filter(Photo.class::isInstance)
                .map(Photo.class::cast)
                .toList();
    }
}
