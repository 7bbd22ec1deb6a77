package dev.tandem.samples.world;

import static dev.tandem.samples.world.Brush.WIDTH;
import static dev.tandem.samples.world.Brush.disc;

import java.awt.Color;
import java.awt.Shape;

/** What hangs in the sky: sun, moon, stars, clouds, rain. */
final class Sky {

    private static final Color DROP = new Color(0xDD, 0xEC, 0xFA, 190);

    private Sky() {}

    /** Sun, moon or clouds of a time above a horizon. */
    static void lights(Brush brush, TimeOfDay time, double horizon) {
        switch (time) {
            case DAY -> {
                sun(brush, brush.between(0.22, 0.26), brush.between(0.14, 0.16), 0.085);
                cloud(brush, brush.between(0.55, 0.62), brush.between(0.12, 0.16), 0.075, 0xFFFFFF, 0xE3F1FD);
                cloud(brush, brush.between(0.88, 0.95), brush.between(0.24, 0.28), 0.055, 0xFFFFFF, 0xE3F1FD);
            }
            case SUNSET -> {
                double x = brush.between(0.22, 0.26);
                double y = horizon - 0.14;
                brush.glow(x, y, 0.36, new Color(0xFF, 0xE0, 0x80, 170));
                brush.fill(disc(x, y, 0.12, 0.12), new Color(0xFFEFA0));
                cloud(brush, brush.between(0.60, 0.68), brush.between(0.13, 0.17), 0.060, 0xFFB7A8, 0xF58CA6);
                cloud(brush, brush.between(0.86, 0.95), brush.between(0.26, 0.30), 0.045, 0xFFB7A8, 0xF58CA6);
            }
            case NIGHT -> {
                stars(brush, 18, horizon - 0.15);
                double x = brush.between(0.22, 0.26);
                double y = brush.between(0.15, 0.17);
                brush.glow(x, y, 0.20, new Color(0xFF, 0xF6, 0xD0, 110));
                brush.fill(disc(x, y, 0.085, 0.085), new Color(0xFFF3C4));
                brush.fill(disc(x - 0.03, y - 0.02, 0.02, 0.02), new Color(0xE8D79C));
                brush.fill(disc(x + 0.03, y + 0.025, 0.026, 0.026), new Color(0xE8D79C));
            }
            case RAIN -> {
                cloud(brush, brush.between(0.20, 0.26), brush.between(0.11, 0.14), 0.095, 0xC3CBD6, 0x93A0B0);
                cloud(brush, brush.between(0.58, 0.64), brush.between(0.08, 0.11), 0.085, 0xC3CBD6, 0x93A0B0);
                cloud(brush, brush.between(0.92, 1.00), brush.between(0.12, 0.16), 0.095, 0xC3CBD6, 0x93A0B0);
            }
        }
    }

    /** Slanted drops over a part of the picture, if it rains. */
    static void rain(Brush brush, TimeOfDay time, Shape where) {
        if (time != TimeOfDay.RAIN) {
            return;
        }
        brush.clip(where);
        double start = brush.between(0, 0.05);
        for (int row = 0; row < 8; row++) {
            for (int column = 0; column < 10; column++) {
                double x = start + column * 0.125 + (row % 2) * 0.06 + brush.between(-0.02, 0.02);
                double y = 0.04 + row * 0.125 + brush.between(-0.03, 0.03);
                brush.line(x, y, x - 0.022, y + 0.062, 0.008, DROP);
            }
        }
        brush.unclip();
    }

    static void stars(Brush brush, int count, double lowest) {
        for (int i = 0; i < count; i++) {
            double radius = i % 4 == 0 ? 0.0085 : 0.0055;
            // one star to each slice of the sky, so that none of it is empty
            double x = WIDTH * (i + brush.between(0.1, 0.9)) / count;
            brush.fill(disc(x, brush.between(0.03, lowest), radius, radius), new Color(0xFFFBE6));
        }
    }

    private static void sun(Brush brush, double x, double y, double radius) {
        brush.glow(x, y, radius * 2.4, new Color(0xFF, 0xF4, 0xB0, 200));
        brush.fill(disc(x, y, radius, radius), new Color(0xFFD43B));
        brush.fill(disc(x - radius * 0.2, y - radius * 0.2, radius * 0.6, radius * 0.6), new Color(0xFFE474));
    }

    private static void cloud(Brush brush, double x, double y, double size, int bright, int dark) {
        Color shade = new Color(dark);
        Color top = new Color(bright);
        brush.fill(disc(x, y + size * 0.25, size * 1.7, size * 0.55), shade);
        brush.fill(disc(x - size * 0.8, y + size * 0.05, size * 0.75, size * 0.62), top);
        brush.fill(disc(x + size * 0.85, y + size * 0.08, size * 0.70, size * 0.58), top);
        brush.fill(disc(x, y - size * 0.25, size * 0.95, size * 0.85), top);
    }
}
