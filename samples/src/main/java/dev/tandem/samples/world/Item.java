package dev.tandem.samples.world;

import java.util.Optional;

/**
 * One sort of subject in a scene.
 *
 * @param subject what it is
 * @param colour the colour it is painted in; empty for the colour of its sprite
 * @param count how many of them, 1 to {@value #MOST}
 */
public record Item(Subject subject, Optional<Colour> colour, int count) {

    /** The most of one sort that a scene shows. */
    public static final int MOST = 3;

    public Item {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("a scene shows 1 to " + MOST + " of a kind, not " + count);
        }
        if (colour.isPresent() && !subject.paintable()) {
            throw new IllegalArgumentException("a " + subject.usualName().one() + " cannot be painted "
                    + colour.get().word() + "; leave the colour empty");
        }
    }

    /** One, in its own colour. */
    public static Item one(Subject subject) {
        return new Item(subject, Optional.empty(), 1);
    }

    /** Some, in their own colour. */
    public static Item many(Subject subject, int count) {
        return new Item(subject, Optional.empty(), count);
    }

    /** One, painted. */
    public static Item one(Colour colour, Subject subject) {
        return new Item(subject, Optional.of(colour), 1);
    }

    /** The same with another number. */
    public Item withCount(int newCount) {
        return new Item(subject, colour, newCount);
    }

    /** The same in another colour. */
    public Item withColour(Colour newColour) {
        return new Item(subject, Optional.of(newColour), count);
    }
}
