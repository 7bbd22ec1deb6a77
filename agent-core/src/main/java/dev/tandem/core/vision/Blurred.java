package dev.tandem.core.vision;

import dev.tandem.core.stage.Picture;

/** Pictures blurred beyond recognition: only the colours of large areas remain. */
public final class Blurred {

    /** Areas along the shorter side; what is in them cannot be had back. */
    private static final int AREAS = 6;

    private Blurred() {}

    /** The picture at its size, of few large areas that run into each other. */
    public static Picture of(Picture picture) {
        double scale = (double) AREAS / Math.min(picture.width(), picture.height());
        int width = Math.max(1, (int) Math.round(picture.width() * Math.min(1, scale)));
        int height = Math.max(1, (int) Math.round(picture.height() * Math.min(1, scale)));
        return Resampling.BICUBIC.resize(
                Resampling.BICUBIC.resize(picture, width, height), picture.width(), picture.height());
    }
}
