package dev.tandem.samples.terminal;

import java.awt.Color;
import java.awt.Image;
import java.awt.image.BufferedImage;

/**
 * Draws a picture in characters: each is the upper half block, whose foreground is one pixel and whose background is the pixel below.
 */
public final class HalfBlocks {

    private static final String RESET = "\u001b[0m";
    private static final char UPPER_HALF = '\u2580';

    private HalfBlocks() {}

    /**
     * The lines of a picture, each ended by a reset and a line break; empty where there are no colours.
     *
     * @param columns of the terminal; a wider picture is made smaller, none is made larger
     * @param rows most lines
     */
    public static String draw(BufferedImage picture, int columns, int rows, ColorDepth depth) {
        if (depth == ColorDepth.NONE || columns < 1 || rows < 1) {
            return "";
        }
        BufferedImage fitted = fit(picture, columns, 2 * rows);
        StringBuilder out = new StringBuilder();
        for (int y = 0; y < fitted.getHeight(); y += 2) {
            String last = "";
            for (int x = 0; x < fitted.getWidth(); x++) {
                String colors = color(38, fitted.getRGB(x, y), depth)
                        + (y + 1 < fitted.getHeight() ? color(48, fitted.getRGB(x, y + 1), depth) : "\u001b[49m");
                if (!colors.equals(last)) {
                    out.append(colors);
                    last = colors;
                }
                out.append(UPPER_HALF);
            }
            out.append(RESET).append('\n');
        }
        return out.toString();
    }

    private static BufferedImage fit(BufferedImage picture, int width, int height) {
        double scale =
                Math.min(1, Math.min((double) width / picture.getWidth(), (double) height / picture.getHeight()));
        if (scale == 1) {
            return picture;
        }
        int w = Math.max(1, (int) (scale * picture.getWidth()));
        int h = Math.max(1, (int) (scale * picture.getHeight()));
        BufferedImage fitted = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Image scaled = picture.getScaledInstance(w, h, Image.SCALE_AREA_AVERAGING);
        var graphics = fitted.createGraphics();
        graphics.drawImage(scaled, 0, 0, null);
        graphics.dispose();
        return fitted;
    }

    /** {@code plane} is 38 for the foreground, 48 for the background. */
    private static String color(int plane, int rgb, ColorDepth depth) {
        Color c = new Color(rgb);
        return depth == ColorDepth.TRUE
                ? "\u001b[" + plane + ";2;" + c.getRed() + ";" + c.getGreen() + ";" + c.getBlue() + "m"
                : "\u001b[" + plane + ";5;" + index(c) + "m";
    }

    /** The nearest of xterm's 6 x 6 x 6 cube (levels 0, 95, 135, 175, 215, 255) and its 24 greys (8 to 238 in tens). */
    private static int index(Color c) {
        int r = level(c.getRed());
        int g = level(c.getGreen());
        int b = level(c.getBlue());
        int grey = Math.max(0, Math.min(23, Math.round(((c.getRed() + c.getGreen() + c.getBlue()) / 3f - 8) / 10)));
        int cubeError = error(c, value(r), value(g), value(b));
        int greyError = error(c, 8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey);
        return greyError < cubeError ? 232 + grey : 16 + 36 * r + 6 * g + b;
    }

    private static int level(int value) {
        return value < 48 ? 0 : value < 115 ? 1 : Math.min(5, (value - 35) / 40);
    }

    private static int value(int level) {
        return level == 0 ? 0 : 55 + 40 * level;
    }

    private static int error(Color c, int r, int g, int b) {
        int dr = c.getRed() - r;
        int dg = c.getGreen() - g;
        int db = c.getBlue() - b;
        return dr * dr + dg * dg + db * db;
    }
}
