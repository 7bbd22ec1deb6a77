package dev.tandem.samples.world;

/** What can be told of a scene, and compared. */
public enum Fact {
    /** Which things it shows. */
    SUBJECT,
    /** How many of each. */
    COUNT,
    /** Where. */
    PLACE,
    /** When; that no time is told means a sunny day. */
    TIME
}
