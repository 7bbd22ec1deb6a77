package dev.tandem.samples.world;

/** What a user can ask about a photo that he sent. */
public enum SightQuestion {
    /** What it shows, subjects and place. */
    WHAT,
    /** Who or what is on it. */
    SUBJECT,
    /** Where it was taken. */
    PLACE,
    /** When it was taken. */
    TIME,
    /** How many things of a kind are on it. */
    COUNT,
    /** Which colour something has. */
    COLOUR,
    /** Whether something is on it. */
    PRESENCE,
    /** Nothing: the photo is only shown. */
    REACTION,
    /** To draw the same. */
    DRAW,
    /** To draw the same with a change that is told as one of a photo before. */
    CHANGE,
    /** To draw the same at another time. */
    ANOTHER_TIME,
    /** To draw the same in another place. */
    ELSEWHERE
}
