package dev.tandem.samples.world;

import java.awt.Color;
import java.awt.image.BufferedImage;

/**
 * A cut-out picture.
 *
 * @param width in pixels
 * @param height in pixels
 * @param argb row by row; colours are multiplied by their opacity, so that sums of pixels are right
 */
record Sprite(int width, int height, int[] argb) {

    /** Beyond the reach of the paint's hue it takes these turns until a pixel keeps its colour. */
    private static final float EDGE = 0.04f;
    /** Greyer than this is not paint but glass, rubber or metal. */
    private static final float GREY = 0.32f;

    /** From a picture with plain, not multiplied, colours. */
    static Sprite of(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < pixels.length; i++) {
            int alpha = pixels[i] >>> 24;
            pixels[i] = alpha << 24
                    | times(pixels[i] >> 16 & 255, alpha) << 16
                    | times(pixels[i] >> 8 & 255, alpha) << 8
                    | times(pixels[i] & 255, alpha);
        }
        return new Sprite(image.getWidth(), image.getHeight(), pixels);
    }

    /**
     * The same with its painted parts in another colour. Light and shade stay: a pixel's saturation and brightness are taken
     * relative to the mean of the painted parts and applied to those of the new colour.
     *
     * @param subject which it is, a paintable one
     */
    static BufferedImage painted(BufferedImage image, Subject subject, Colour colour) {
        float hue = subject.paintHue().orElseThrow() / 360f;
        float reach = subject.paintReach() / 360f;
        double saturations = 0;
        double brightnesses = 0;
        double weights = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                float[] hsb = hsb(image.getRGB(x, y));
                float weight = paint(hsb, hue, reach) * (image.getRGB(x, y) >>> 24);
                saturations += weight * hsb[1];
                brightnesses += weight * hsb[2];
                weights += weight;
            }
        }
        float saturation = (float) (saturations / Math.max(weights, 1));
        float brightness = (float) (brightnesses / Math.max(weights, 1));
        BufferedImage result = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int pixel = image.getRGB(x, y);
                float[] hsb = hsb(pixel);
                float part = paint(hsb, hue, reach);
                float bright = Math.min(1, colour.brightness() * hsb[2] / brightness);
                int fresh = Color.HSBtoRGB(
                        colour.hue() + 0.25f * turn(hsb[0] - hue),
                        Math.min(1, colour.saturation() * hsb[1] / saturation),
                        bright);
                result.setRGB(x, y, pixel & 0xFF000000 | mix(pixel, fresh, part));
            }
        }
        return result;
    }

    /** Scaled to fit a size: each new pixel is the mean of the area that it covers, or lies between its neighbours when enlarged. */
    Sprite scaledTo(int newWidth, int newHeight) {
        int[] pixels = new int[newWidth * newHeight];
        double stepX = (double) width / newWidth;
        double stepY = (double) height / newHeight;
        double radiusX = Math.max(stepX, 1) / 2;
        double radiusY = Math.max(stepY, 1) / 2;
        for (int y = 0; y < newHeight; y++) {
            double top = (y + 0.5) * stepY - radiusY;
            for (int x = 0; x < newWidth; x++) {
                double left = (x + 0.5) * stepX - radiusX;
                pixels[y * newWidth + x] = mean(left, top, left + 2 * radiusX, top + 2 * radiusY);
            }
        }
        return new Sprite(newWidth, newHeight, pixels);
    }

    private int mean(double left, double top, double right, double bottom) {
        double alpha = 0;
        double red = 0;
        double green = 0;
        double blue = 0;
        for (int y = (int) Math.floor(top); y < bottom; y++) {
            double tall = Math.min(bottom, y + 1) - Math.max(top, y);
            for (int x = (int) Math.floor(left); x < right; x++) {
                double weight = tall * (Math.min(right, x + 1) - Math.max(left, x));
                if (x >= 0 && y >= 0 && x < width && y < height) {
                    int pixel = argb[y * width + x];
                    alpha += weight * (pixel >>> 24);
                    red += weight * (pixel >> 16 & 255);
                    green += weight * (pixel >> 8 & 255);
                    blue += weight * (pixel & 255);
                }
            }
        }
        double area = (right - left) * (bottom - top);
        return (int) Math.round(alpha / area) << 24
                | (int) Math.round(red / area) << 16
                | (int) Math.round(green / area) << 8
                | (int) Math.round(blue / area);
    }

    /** How much of a pixel is paint, from 0 to 1. */
    private static float paint(float[] hsb, float hue, float reach) {
        float distance = Math.abs(turn(hsb[0] - hue));
        float byHue = Math.min(1, Math.max(0, (reach + EDGE - distance) / EDGE));
        float bySaturation = Math.min(1, Math.max(0, (hsb[1] - GREY) / 0.12f));
        return byHue * bySaturation;
    }

    /** The same turn between -1/2 and 1/2. */
    private static float turn(float turns) {
        return turns - Math.round(turns);
    }

    private static float[] hsb(int pixel) {
        return Color.RGBtoHSB(pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255, null);
    }

    private static int mix(int from, int to, float part) {
        int result = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int low = from >> shift & 255;
            result |= Math.round(low + part * ((to >> shift & 255) - low)) << shift;
        }
        return result;
    }

    private static int times(int value, int alpha) {
        return (value * alpha + 127) / 255;
    }
}
