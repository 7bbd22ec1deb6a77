package dev.tandem.samples.world;

import static dev.tandem.samples.world.Brush.WIDTH;
import static dev.tandem.samples.world.Brush.below;
import static dev.tandem.samples.world.Brush.box;
import static dev.tandem.samples.world.Brush.disc;
import static dev.tandem.samples.world.Brush.polygon;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** The ten places. Each is painted from the back to the front in the light of the time; the ground near the lower edge stays free for subjects. */
final class Backdrop {

    private static final double HORIZON = 0.60;
    private static final Shape ALL = box(0, 0, WIDTH, 1);

    private final Brush brush;
    private final TimeOfDay time;

    private Backdrop(Brush brush, TimeOfDay time) {
        this.brush = brush;
        this.time = time;
    }

    /** A backdrop of a height in pixels. */
    static BufferedImage paint(Place place, TimeOfDay time, int height, RandomGenerator random) {
        BufferedImage canvas = new BufferedImage((int) Math.ceil(height * WIDTH), height, BufferedImage.TYPE_INT_RGB);
        Brush brush = new Brush(canvas, Light.of(place, time), random);
        Backdrop backdrop = new Backdrop(brush, time);
        switch (place) {
            case BEACH -> backdrop.beach();
            case FOREST -> backdrop.forest();
            case CITY -> backdrop.city();
            case DESERT -> backdrop.desert();
            case SNOW -> backdrop.snow();
            case LAKE -> backdrop.lake();
            case FARM -> backdrop.farm();
            case MOUNTAINS -> backdrop.mountains();
            case KITCHEN -> new Room(brush, time).kitchen();
            case MOON -> backdrop.moon();
        }
        if (!place.indoors() && place.hasTime()) {
            Sky.rain(brush, time, ALL);
        }
        brush.close();
        return canvas;
    }

    private void sky() {
        brush.sky(ALL, HORIZON);
        Sky.lights(brush, time, HORIZON);
    }

    private void beach() {
        sky();
        brush.shade(box(0, 0.52, WIDTH, 0.2), 0x1287C9, 0x3FD2DB);
        for (int i = 0; i < 3; i++) {
            double y = 0.55 + 0.03 * i;
            double x = brush.between(0.05, 0.7);
            brush.line(x, y, x + 0.25, y, 0.006, brush.light().on(0x9BE9F0));
        }
        double phase = brush.between(0, 1);
        brush.fill(below(0.648, 0.010, 1.5, phase), 0xFFFFFF);
        brush.shade(below(0.668, 0.010, 1.5, phase), 0xFFE3A0, 0xF2C26B);
        palm(WIDTH - brush.between(0.10, 0.13), 0.74, brush.between(0.50, 0.54));
    }

    private void palm(double x, double foot, double height) {
        double top = foot - height;
        Path2D trunk = new Path2D.Double();
        trunk.moveTo(x, foot);
        trunk.quadTo(x + 0.05, foot - height * 0.5, x - 0.01, top);
        brush.outline(trunk, 0.035, brush.light().on(0xA8703F));
        for (int i = 0; i < 7; i++) {
            double angle = Math.toRadians(-200 + i * 36.5);
            double length = 0.19;
            double tipX = x - 0.01 + Math.cos(angle) * length;
            double tipY = top + Math.sin(angle) * length * 0.55 + 0.055;
            double bendX = x - 0.01 + Math.cos(angle) * length * 0.55;
            double bendY = top + Math.sin(angle) * length * 0.55 - 0.05;
            Path2D leaf = new Path2D.Double();
            leaf.moveTo(x - 0.01, top);
            leaf.quadTo(bendX, bendY, tipX, tipY);
            leaf.quadTo(bendX, bendY + 0.075, x - 0.01, top + 0.02);
            brush.fill(leaf, i % 2 == 0 ? 0x2FA34A : 0x46C25C);
        }
    }

    private void forest() {
        sky();
        brush.fill(below(0.44, 0.03, 2.5, brush.between(0, 1)), 0x6FB98A);
        brush.fill(below(0.52, 0.02, 3.5, brush.between(0, 1)), 0x3F8F63);
        for (int i = 0; i < 9; i++) {
            pine(0.02 + i * 0.135 + brush.between(-0.02, 0.02), 0.66, brush.between(0.36, 0.44), 0x2C7A4B, 0x3C9A5E);
        }
        brush.shade(below(HORIZON + 0.04, 0.01, 2, brush.between(0, 1)), 0x4FA64B, 0x2F7C3A);
        for (double x : new double[] {brush.between(0.05, 0.09), WIDTH - brush.between(0.05, 0.09)}) {
            pine(x, 0.80, brush.between(0.70, 0.76), 0x1C5E3A, 0x2B7D4B);
        }
    }

    /** A fir of three tiers, dark on its right side. */
    private void pine(double x, double foot, double height, int dark, int bright) {
        double half = height * 0.27;
        brush.fill(box(x - height * 0.035, foot - height * 0.15, height * 0.07, height * 0.15), 0x6B4A2E);
        for (int tier = 0; tier < 3; tier++) {
            double base = foot - height * (0.10 + 0.24 * tier);
            double wide = half * (1 - 0.22 * tier);
            double top = base - height * 0.42;
            brush.fill(polygon(x - wide, base, x, top, x + wide, base), bright);
            brush.fill(polygon(x, top, x + wide, base, x, base), dark);
        }
    }

    private void city() {
        sky();
        int[] walls = {0x7FA3C7, 0xC79A82, 0x8E8FB5, 0xB7BCC9, 0x6E93A8, 0xD1B38A, 0xA07F98};
        int shift = brush.below(walls.length);
        double x = -0.02;
        for (int i = 0; x < WIDTH; i++) {
            double width = brush.between(0.15, 0.19);
            building(x, brush.between(0.12, 0.34), width - 0.012, walls[(i + shift) % walls.length]);
            x += width;
        }
        brush.fill(box(0, 0.665, WIDTH, 0.35), 0xC9C6C0);
        brush.shade(box(0, 0.705, WIDTH, 0.30), 0x6A6E78, 0x555963);
        for (double dash = brush.between(-0.1, 0.0); dash < WIDTH; dash += 0.26) {
            brush.fill(box(dash, 0.945, 0.15, 0.020), 0xFFF3C4);
        }
    }

    private void building(double x, double top, double width, int wall) {
        brush.fill(box(x, top, width, 0.70 - top), wall);
        boolean lamps = time == TimeOfDay.NIGHT || time == TimeOfDay.SUNSET;
        for (double y = top + 0.035; y < 0.62; y += 0.065) {
            for (int column = 0; column < 3; column++) {
                Shape window = box(x + width * (0.14 + 0.27 * column), y, width * 0.17, 0.036);
                boolean lit = lamps && brush.below(10) < (time == TimeOfDay.NIGHT ? 6 : 4);
                if (lit) {
                    brush.fill(window, new Color(0xFFE08A));
                } else {
                    brush.fill(window, 0x4A6079);
                }
            }
        }
    }

    private void desert() {
        sky();
        double mesa = brush.between(0.16, 0.24);
        brush.fill(polygon(mesa, 0.62, mesa + 0.05, 0.44, mesa + 0.22, 0.44, mesa + 0.28, 0.62), 0xC9713F);
        brush.fill(polygon(mesa + 0.16, 0.62, mesa + 0.17, 0.44, mesa + 0.22, 0.44, mesa + 0.28, 0.62), 0xAE5B33);
        brush.shade(below(0.59, 0.035, 1.1, brush.between(0, 1)), 0xF7B45C, 0xEFA24C);
        brush.shade(below(0.67, 0.025, 1.3, brush.between(0, 1)), 0xFFCB74, 0xEFA850);
        cactus(WIDTH - brush.between(0.14, 0.18), 0.72, 0.34);
        cactus(brush.between(0.10, 0.14), 0.66, 0.20);
    }

    private void cactus(double x, double foot, double height) {
        Color green = brush.light().on(0x3C9B57);
        double thick = height * 0.19;
        brush.line(x, foot, x, foot - height, thick, green);
        for (int side = -1; side <= 1; side += 2) {
            double arm = foot - height * (side < 0 ? 0.42 : 0.55);
            brush.line(x, arm, x + side * height * 0.27, arm, thick * 0.75, green);
            brush.line(
                    x + side * height * 0.27, arm, x + side * height * 0.27, arm - height * 0.26, thick * 0.75, green);
        }
    }

    private void snow() {
        sky();
        brush.shade(below(0.54, 0.03, 1.4, brush.between(0, 1)), 0xDCEBFA, 0xC2D8F0);
        for (double x : new double[] {
            brush.between(0.06, 0.10),
            brush.between(0.26, 0.30),
            WIDTH - brush.between(0.26, 0.30),
            WIDTH - brush.between(0.06, 0.10)
        }) {
            double height = x < 0.2 || x > WIDTH - 0.2 ? 0.44 : 0.28;
            pine(x, 0.68, height, 0x2F7F78, 0x4AA093);
            snowCaps(x, 0.68, height);
        }
        brush.shade(below(0.65, 0.015, 1.2, brush.between(0, 1)), 0xFFFFFF, 0xDDEAF8);
    }

    private void snowCaps(double x, double foot, double height) {
        for (int tier = 0; tier < 3; tier++) {
            double top = foot - height * (0.52 + 0.24 * tier);
            double wide = height * 0.27 * (1 - 0.22 * tier) * 0.55;
            double drop = height * 0.42 * 0.55;
            brush.fill(
                    polygon(
                            x - wide,
                            top + drop,
                            x,
                            top,
                            x + wide,
                            top + drop,
                            x + wide * 0.35,
                            top + drop * 0.8,
                            x - wide * 0.2,
                            top + drop * 1.05),
                    0xFFFFFF);
        }
    }

    private void lake() {
        sky();
        brush.fill(below(0.46, 0.035, 1.6, brush.between(0, 1)), 0x7CC48A);
        brush.fill(below(0.50, 0.02, 2.3, brush.between(0, 1)), 0x4FA765);
        brush.shade(box(0, 0.54, WIDTH, 0.3), 0x2C7FD8, 0x66BDF5);
        for (int i = 0; i < 6; i++) {
            double x = brush.between(0.02, 0.85);
            double y = 0.57 + 0.028 * i;
            brush.line(
                    x, y, x + brush.between(0.12, 0.22), y, 0.007, brush.light().on(0xB9E4FF));
        }
        brush.shade(below(0.785, 0.012, 1, brush.between(0, 1)), 0x7CCB55, 0x4E9F3F);
        double reeds = brush.between(0.06, 0.10);
        for (int i = 0; i < 5; i++) {
            double x = reeds + 0.028 * i;
            double top = 0.80 - 0.22 - 0.05 * (i % 3);
            brush.line(x, 0.83, x + 0.008, top, 0.009, brush.light().on(0x3E8B3A));
            brush.line(
                    x + 0.008, top, x + 0.009, top + 0.06, 0.020, brush.light().on(0x7A4B28));
        }
    }

    private void farm() {
        sky();
        brush.fill(below(0.53, 0.02, 1.5, brush.between(0, 1)), 0x8CCB63);
        brush.shade(box(0, 0.58, WIDTH, 0.15), 0xF3CE58, 0xE0B040);
        for (double x = 0.02; x < WIDTH; x += 0.045) {
            brush.line(x, 0.59, x - 0.02, 0.70, 0.006, brush.light().on(0xC9962F));
        }
        barn(WIDTH - brush.between(0.40, 0.44), 0.67);
        brush.shade(below(0.70, 0.006, 2, brush.between(0, 1)), 0x8FCF4F, 0x5FA83C);
        Color wood = brush.light().on(0xF6F0E4);
        for (double y : new double[] {0.655, 0.70}) {
            brush.line(0, y, 0.60, y, 0.014, wood);
        }
        for (double x = 0.04; x < 0.62; x += 0.135) {
            brush.line(x, 0.63, x, 0.735, 0.020, wood);
        }
    }

    private void barn(double x, double foot) {
        double width = 0.34;
        double eaves = foot - 0.22;
        brush.fill(
                polygon(x, foot, x, eaves, x + width / 2, eaves - 0.16, x + width, eaves, x + width, foot), 0xD5443A);
        Color white = brush.light().on(0xFFF6EC);
        brush.line(
                x - 0.015,
                eaves + 0.01,
                x + width / 2,
                eaves - 0.165,
                0.026,
                brush.light().on(0x7A4038));
        brush.line(
                x + width / 2,
                eaves - 0.165,
                x + width + 0.015,
                eaves + 0.01,
                0.026,
                brush.light().on(0x7A4038));
        brush.fill(box(x + width * 0.33, foot - 0.155, width * 0.34, 0.155), 0xFFF6EC);
        brush.fill(box(x + width * 0.36, foot - 0.143, width * 0.28, 0.143), 0xB8352E);
        brush.line(x + width * 0.36, foot - 0.14, x + width * 0.64, foot, 0.012, white);
        brush.line(x + width * 0.64, foot - 0.14, x + width * 0.36, foot, 0.012, white);
        brush.fill(disc(x + width / 2, eaves - 0.05, 0.035, 0.035), 0xFFF6EC);
    }

    private void mountains() {
        sky();
        double shift = brush.between(-0.03, 0.03);
        peak(0.58 + shift, 0.20, 0.42, 0x8792B8, 0x6B769F);
        peak(0.20 + shift, 0.12, 0.40, 0x7683AE, 0x5A668F);
        peak(0.95 + shift, 0.10, 0.42, 0x7683AE, 0x5A668F);
        brush.shade(below(0.64, 0.012, 1.5, brush.between(0, 1)), 0x93C96A, 0x64A04B);
        for (int i = 0; i < 3; i++) {
            double x = brush.between(0.05, WIDTH - 0.15);
            brush.fill(disc(x, 0.70 + 0.015 * i, 0.035, 0.02), 0x9AA0A8);
        }
    }

    private void peak(double x, double top, double half, int bright, int dark) {
        double foot = 0.70;
        brush.fill(polygon(x - half, foot, x, top, x + half, foot), bright);
        brush.fill(polygon(x, top, x + half, foot, x + half * 0.12, foot), dark);
        double snow = 0.36;
        double y = top + (foot - top) * snow;
        brush.fill(
                polygon(
                        x,
                        top,
                        x + half * snow,
                        y,
                        x + half * 0.18,
                        y - 0.045,
                        x + half * 0.04,
                        y + 0.02,
                        x - half * 0.14,
                        y - 0.04,
                        x - half * snow,
                        y),
                0xFFFFFF);
    }

    private void moon() {
        brush.sky(ALL, 1);
        Sky.stars(brush, 22, 0.58);
        double x = WIDTH - brush.between(0.24, 0.28);
        double y = brush.between(0.16, 0.19);
        brush.glow(x, y, 0.20, new Color(0x40, 0x90, 0xFF, 120));
        Shape earth = disc(x, y, 0.115, 0.115);
        brush.fill(earth, new Color(0x2F86E8));
        brush.clip(earth);
        brush.fill(disc(x - 0.05, y - 0.04, 0.06, 0.05), new Color(0x4CC267));
        brush.fill(disc(x + 0.05, y + 0.05, 0.05, 0.04), new Color(0x4CC267));
        brush.fill(disc(x + 0.02, y - 0.115, 0.06, 0.03), Color.WHITE);
        brush.unclip();
        brush.shade(below(0.63, 0.02, 1.2, brush.between(0, 1)), 0xC9CAD3, 0x8F909C);
        double[] craters = {0.12, 0.71, 0.060, 0.48, 0.68, 0.045, 0.90, 0.73, 0.075, 0.26, 0.93, 0.09, 0.98, 0.95, 0.08
        };
        double shift = brush.between(-0.04, 0.04);
        for (int i = 0; i < craters.length; i += 3) {
            brush.fill(disc(craters[i] + shift, craters[i + 1], craters[i + 2], craters[i + 2] * 0.38), 0x8A8B98);
            brush.fill(
                    disc(
                            craters[i] + shift,
                            craters[i + 1] + craters[i + 2] * 0.10,
                            craters[i + 2] * 0.88,
                            craters[i + 2] * 0.28),
                    0xA9AAB6);
        }
    }
}
