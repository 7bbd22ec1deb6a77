package dev.tandem.samples.world;

import java.util.List;

/** Where a scene is set. Each place is painted in its own shapes and colours, so that none can be taken for another. */
public enum Place {
    BEACH("on the beach", "beach", "seaside", "seashore"),
    FOREST("in the forest", "forest", "woods"),
    CITY("in the city", "city", "downtown", "street"),
    DESERT("in the desert", "desert"),
    SNOW("in the snow", "snow", "snowy"),
    LAKE("by the lake", "lake"),
    FARM("on a farm", "farm", "farmyard"),
    MOUNTAINS("in the mountains", "mountains", "mountain"),
    KITCHEN("in the kitchen", "kitchen"),
    MOON("on the moon", "moon", "lunar");

    private final String phrase;
    private final String noun;
    private final List<String> otherNouns;

    Place(String phrase, String noun, String... otherNouns) {
        this.phrase = phrase;
        this.noun = noun;
        this.otherNouns = List.of(otherNouns);
    }

    /** With its preposition: "on the beach". */
    public String phrase() {
        return phrase;
    }

    /** The bare word: "beach". */
    public String noun() {
        return noun;
    }

    /** Other words that a reader takes for it. */
    List<String> otherNouns() {
        return otherNouns;
    }

    /** Whether the scene is set under a roof; then the time shows in the window and in the light. */
    public boolean indoors() {
        return this == KITCHEN;
    }

    /** Whether there is weather and a time of day. The moon's sky is always black and no caption names a time there. */
    public boolean hasTime() {
        return this != MOON;
    }
}
