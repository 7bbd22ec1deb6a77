package dev.tandem.samples.world;

/** Time of day and weather, one choice of four. */
public enum TimeOfDay {
    /** Bright sun. A caption that says nothing of the time means this. */
    DAY("on a sunny day"),
    SUNSET("at sunset"),
    NIGHT("at night"),
    RAIN("in the rain");

    private final String phrase;

    TimeOfDay(String phrase) {
        this.phrase = phrase;
    }

    /** With its preposition: "at night". */
    public String phrase() {
        return phrase;
    }
}
