package dev.tandem.samples.world;

import java.awt.Color;

/**
 * What a time of day does to colours.
 *
 * @param skyTop colour of the sky overhead
 * @param skyMiddle half way down
 * @param skyBottom at the horizon
 * @param scenery what the colours of the place are multiplied by: red, green, blue
 * @param subject the same for the subjects, milder, so that they can be told at night
 */
record Light(Color skyTop, Color skyMiddle, Color skyBottom, float[] scenery, float[] subject) {

    private static final Light DAY = new Light(rgb(0x3A96F5), rgb(0x7CC0FB), rgb(0xD2EEFF), by(1, 1, 1), by(1, 1, 1));
    private static final Light SUNSET =
            new Light(rgb(0x6A3F9E), rgb(0xF0628E), rgb(0xFFC164), by(1.0, 0.78, 0.68), by(1.0, 0.92, 0.86));
    private static final Light NIGHT =
            new Light(rgb(0x070B30), rgb(0x16205C), rgb(0x35489A), by(0.42, 0.48, 0.70), by(0.82, 0.86, 1.0));
    private static final Light RAIN =
            new Light(rgb(0x5C6B7E), rgb(0x8493A5), rgb(0xB4C0CC), by(0.66, 0.73, 0.78), by(0.91, 0.94, 0.97));

    /** Lamps keep a room brighter than the night outside. */
    private static final Light LAMP =
            new Light(NIGHT.skyTop, NIGHT.skyMiddle, NIGHT.skyBottom, by(0.62, 0.55, 0.56), by(0.92, 0.88, 0.86));

    /** The moon has no air: a black sky, hard white light. */
    private static final Light SPACE =
            new Light(rgb(0x04040C), rgb(0x06060F), rgb(0x0C0C1C), by(1, 1, 1), by(0.97, 0.97, 1.0));

    /** The light of a place at a time. */
    static Light of(Place place, TimeOfDay time) {
        if (!place.hasTime()) {
            return SPACE;
        }
        return switch (time) {
            case DAY -> DAY;
            case SUNSET -> SUNSET;
            case NIGHT -> place.indoors() ? LAMP : NIGHT;
            case RAIN -> RAIN;
        };
    }

    /** A colour of the place in this light. */
    Color on(int rgb) {
        return new Color(
                Math.round((rgb >> 16 & 255) * scenery[0]),
                Math.round((rgb >> 8 & 255) * scenery[1]),
                Math.round((rgb & 255) * scenery[2]));
    }

    private static Color rgb(int value) {
        return new Color(value);
    }

    private static float[] by(double red, double green, double blue) {
        return new float[] {(float) red, (float) green, (float) blue};
    }
}
