package dev.tandem.samples.world;

import java.util.Locale;

/** A colour that a subject can be painted in; {@link Subject#paintable()} says which subjects take one. */
public enum Colour {
    RED(356, 0.86f, 0.96f),
    BLUE(214, 0.84f, 0.98f),
    GREEN(132, 0.80f, 0.80f),
    YELLOW(47, 0.88f, 1.00f),
    PURPLE(276, 0.68f, 0.86f);

    private final float hue;
    private final float saturation;
    private final float brightness;

    Colour(int degrees, float saturation, float brightness) {
        this.hue = degrees / 360f;
        this.saturation = saturation;
        this.brightness = brightness;
    }

    /** The word for it in captions. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Hue of a surface in plain light, in turns from 0 to 1. */
    float hue() {
        return hue;
    }

    /** Saturation of a surface in plain light. */
    float saturation() {
        return saturation;
    }

    /** Brightness of a surface in plain light. */
    float brightness() {
        return brightness;
    }
}
