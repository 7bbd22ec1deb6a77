package dev.tandem.samples.terminal;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Shows a picture in sixels (DEC VT340 Graphics Programming, chapter 14), for terminals that draw them: bands of six rows, each colour of a band in turn. Colours
 * are six levels of red, green and blue; what is lost goes to the neighbours (Floyd and Steinberg 1976).
 */
public final class Sixel {

    private static final int LEVELS = 6;
    private static final int COLOURS = LEVELS * LEVELS * LEVELS;
    private static final int BAND = 6;
    /** From this run of one sixel on it is shorter to say how often. */
    private static final int RUN = 4;

    private Sixel() {}

    /** The control string that shows a picture at the cursor, and a line break. */
    public static String draw(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] colours = colours(picture);
        StringBuilder out = new StringBuilder("\u001bPq\"1;1;" + width + ";" + height);
        boolean[] used = new boolean[COLOURS];
        for (int colour : colours) {
            used[colour] = true;
        }
        for (int c = 0; c < COLOURS; c++) {
            if (used[c]) {
                out.append('#').append(c).append(";2;");
                out.append(percent(c / (LEVELS * LEVELS))).append(';');
                out.append(percent(c / LEVELS % LEVELS)).append(';');
                out.append(percent(c % LEVELS));
            }
        }
        for (int top = 0; top < height; top += BAND) {
            band(colours, width, top, Math.min(BAND, height - top), out);
            out.append('-');
        }
        return out.append("\u001b\\\n").toString();
    }

    private static int percent(int level) {
        return 100 * level / (LEVELS - 1);
    }

    private static void band(int[] colours, int width, int top, int rows, StringBuilder out) {
        int[][] bits = new int[COLOURS][];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < width; x++) {
                int colour = colours[(top + y) * width + x];
                if (bits[colour] == null) {
                    bits[colour] = new int[width];
                }
                bits[colour][x] |= 1 << y;
            }
        }
        for (int c = 0; c < COLOURS; c++) {
            if (bits[c] != null) {
                out.append('#').append(c);
                row(bits[c], out);
                out.append('$');
            }
        }
    }

    private static void row(int[] bits, StringBuilder out) {
        for (int x = 0; x < bits.length; ) {
            int end = x + 1;
            while (end < bits.length && bits[end] == bits[x]) {
                end++;
            }
            String sixel = Character.toString('?' + bits[x]);
            if (end - x >= RUN) {
                out.append('!').append(end - x).append(sixel);
            } else {
                out.append(sixel.repeat(end - x));
            }
            x = end;
        }
    }

    /** The colour of each pixel, row by row. */
    private static int[] colours(BufferedImage picture) {
        int width = picture.getWidth();
        int[] colours = new int[width * picture.getHeight()];
        float[][] carried = new float[3][width + 2]; // from the row above, by column + 1
        for (int y = 0; y < picture.getHeight(); y++) {
            float[][] next = new float[3][width + 2];
            float[] right = new float[3];
            for (int x = 0; x < width; x++) {
                int rgb = picture.getRGB(x, y);
                int colour = 0;
                for (int c = 0; c < 3; c++) {
                    float wanted = (rgb >> (16 - 8 * c) & 255) + carried[c][x + 1] + right[c];
                    int level = Math.max(0, Math.min(LEVELS - 1, Math.round(wanted * (LEVELS - 1) / 255)));
                    colour = colour * LEVELS + level;
                    float lost = wanted - 255f * level / (LEVELS - 1);
                    right[c] = lost * 7 / 16;
                    next[c][x] += lost * 3 / 16;
                    next[c][x + 1] += lost * 5 / 16;
                    next[c][x + 2] += lost / 16;
                }
                colours[y * width + x] = colour;
            }
            carried = next;
            Arrays.fill(right, 0);
        }
        return colours;
    }
}
