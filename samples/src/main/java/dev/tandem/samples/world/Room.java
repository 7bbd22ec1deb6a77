package dev.tandem.samples.world;

import static dev.tandem.samples.world.Brush.WIDTH;
import static dev.tandem.samples.world.Brush.box;
import static dev.tandem.samples.world.Brush.disc;
import static dev.tandem.samples.world.Brush.polygon;
import static dev.tandem.samples.world.Brush.rounded;

import java.awt.Color;
import java.awt.Shape;

/** The kitchen: tiles, a window that shows the time, a shelf with pots, a wooden table for the subject. */
final class Room {

    private final Brush brush;
    private final TimeOfDay time;

    Room(Brush brush, TimeOfDay time) {
        this.brush = brush;
        this.time = time;
    }

    void kitchen() {
        brush.shade(box(0, 0, WIDTH, 1), 0xFFF4DC, 0xFBE3BE);
        Color joint = brush.light().on(0xEBD3AC);
        for (double y = 0.45; y < 0.72; y += 0.09) {
            brush.line(0, y, WIDTH, y, 0.006, joint);
        }
        for (double x = 0.02; x < WIDTH; x += 0.11) {
            brush.line(x, 0.45, x, 0.72, 0.006, joint);
        }
        window(brush.between(0.15, 0.17), 0.07);
        shelf(WIDTH - brush.between(0.45, 0.47), 0.26);
        brush.shade(box(0, 0.70, WIDTH, 0.3), 0xC98A4E, 0xA86B35);
        brush.fill(box(0, 0.70, WIDTH, 0.022), 0xE2A868);
        double shift = brush.between(0, 0.1);
        for (int i = 0; i < 3; i++) {
            brush.line(
                    shift + 0.1 * i,
                    0.77 + 0.075 * i,
                    shift + 0.1 * i + 0.6,
                    0.77 + 0.075 * i,
                    0.006,
                    brush.light().on(0x96602F));
        }
        if (time == TimeOfDay.NIGHT) {
            lamp();
        }
    }

    private void window(double x, double y) {
        double width = 0.36;
        double height = 0.33;
        brush.fill(rounded(x - 0.03, y - 0.03, width + 0.06, height + 0.06, 0.03), 0xFFFFFF);
        Shape pane = box(x, y, width, height);
        Light outside = Light.of(Place.FARM, time);
        brush.clip(pane);
        Color[] bands = {outside.skyTop(), outside.skyMiddle(), outside.skyBottom()};
        for (int i = 0; i < 24; i++) {
            brush.fill(box(x, y + height * i / 24, width, height / 24 + 0.002), mix(bands, i / 23.0));
        }
        double lightX = x + 0.10;
        switch (time) {
            case DAY -> {
                brush.glow(lightX, y + 0.10, 0.14, new Color(0xFF, 0xF4, 0xB0, 200));
                brush.fill(disc(lightX, y + 0.10, 0.055, 0.055), new Color(0xFFD43B));
            }
            case SUNSET -> {
                brush.glow(lightX, y + 0.20, 0.20, new Color(0xFF, 0xE0, 0x80, 170));
                brush.fill(disc(lightX, y + 0.20, 0.075, 0.075), new Color(0xFFEFA0));
            }
            case NIGHT -> {
                brush.fill(disc(lightX, y + 0.10, 0.055, 0.055), new Color(0xFFF3C4));
                for (double[] star : new double[][] {{0.22, 0.06}, {0.30, 0.14}, {0.24, 0.21}, {0.05, 0.20}}) {
                    brush.fill(disc(x + star[0], y + star[1], 0.007, 0.007), new Color(0xFFFBE6));
                }
            }
            case RAIN -> {
                brush.fill(disc(lightX, y + 0.04, 0.11, 0.06), new Color(0xC3CBD6));
                brush.fill(disc(lightX + 0.17, y + 0.03, 0.10, 0.06), new Color(0xAEB9C6));
            }
        }
        brush.fill(disc(x + 0.1, y + height + 0.06, 0.3, 0.12), outside.on(0x7CC45A));
        Sky.rain(brush, time, pane);
        brush.unclip();
        Color frame = brush.light().on(0xFFFFFF);
        brush.line(x + width / 2, y, x + width / 2, y + height, 0.018, frame);
        brush.line(x, y + height / 2, x + width, y + height / 2, 0.018, frame);
    }

    private void shelf(double x, double y) {
        brush.fill(rounded(x, y, 0.38, 0.024, 0.01), 0xB0743D);
        brush.fill(rounded(x + 0.03, y - 0.085, 0.095, 0.085, 0.03), 0x4FB3A5);
        brush.fill(rounded(x + 0.155, y - 0.12, 0.07, 0.12, 0.03), 0xF08A5D);
        brush.fill(polygon(x + 0.26, y - 0.07, x + 0.34, y - 0.07, x + 0.325, y, x + 0.275, y), 0xD9694B);
        brush.fill(disc(x + 0.30, y - 0.10, 0.048, 0.045), 0x5FB35A);
    }

    private void lamp() {
        double x = 0.66;
        brush.glow(x, 0.10, 0.42, new Color(0xFF, 0xDE, 0x90, 110));
        brush.line(x, 0, x, 0.05, 0.010, new Color(0x4A3A36));
        brush.fill(polygon(x - 0.03, 0.05, x + 0.03, 0.05, x + 0.08, 0.105, x - 0.08, 0.105), new Color(0xE0574A));
        brush.fill(disc(x, 0.108, 0.028, 0.02), new Color(0xFFF3C4));
    }

    private static Color mix(Color[] bands, double at) {
        double scaled = at * (bands.length - 1);
        int index = Math.min((int) scaled, bands.length - 2);
        double part = scaled - index;
        Color low = bands[index];
        Color high = bands[index + 1];
        return new Color(
                (int) (low.getRed() + part * (high.getRed() - low.getRed())),
                (int) (low.getGreen() + part * (high.getGreen() - low.getGreen())),
                (int) (low.getBlue() + part * (high.getBlue() - low.getBlue())));
    }
}
