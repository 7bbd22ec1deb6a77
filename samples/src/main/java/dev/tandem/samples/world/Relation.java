package dev.tandem.samples.world;

/** How the first subject of a pair stands to the second, as seen by the viewer. */
public enum Relation {
    LEFT_OF("to the left of"),
    RIGHT_OF("to the right of"),
    /** Side by side. The painter then puts the first one on the left, as one reads. */
    NEXT_TO("next to");

    private final String phrase;

    Relation(String phrase) {
        this.phrase = phrase;
    }

    /** As it stands between the two subjects. */
    public String phrase() {
        return phrase;
    }

    /** Whether the first subject is painted on the left. */
    public boolean firstOnLeft() {
        return this != RIGHT_OF;
    }
}
