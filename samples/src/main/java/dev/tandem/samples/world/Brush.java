package dev.tandem.samples.world;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/**
 * Paints a backdrop in units of its height: y runs from 0 at the top to 1, x from 0 to {@link #WIDTH}. Colours given as a number are
 * those of the day and are seen in the light of the scene; colours given as {@link Color} are painted as they are.
 */
final class Brush {

    /** A backdrop is a little wider than a picture, which shows a part of it. */
    static final double WIDTH = 1.125;

    private final Graphics2D graphics;
    private final Light light;
    private final RandomGenerator random;

    Brush(BufferedImage canvas, Light light, RandomGenerator random) {
        this.graphics = canvas.createGraphics();
        this.light = light;
        this.random = random;
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(canvas.getHeight(), canvas.getHeight());
    }

    /** A number between two. */
    double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    /** A number from 0 up to, not including, a bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    Light light() {
        return light;
    }

    void fill(Shape shape, Color colour) {
        graphics.setPaint(colour);
        graphics.fill(shape);
    }

    void fill(Shape shape, int rgb) {
        fill(shape, light.on(rgb));
    }

    /** From one colour at the top of the shape to another at its bottom. */
    void shade(Shape shape, int top, int bottom) {
        Rectangle2D box = shape.getBounds2D();
        graphics.setPaint(
                new GradientPaint(0, (float) box.getMinY(), light.on(top), 0, (float) box.getMaxY(), light.on(bottom)));
        graphics.fill(shape);
    }

    void line(double x1, double y1, double x2, double y2, double width, Color colour) {
        graphics.setPaint(colour);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    void outline(Shape shape, double width, Color colour) {
        graphics.setPaint(colour);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
    }

    /** The sky's three colours from the top of a shape to a height below. */
    void sky(Shape shape, double bottom) {
        double top = shape.getBounds2D().getMinY();
        graphics.setPaint(
                new LinearGradientPaint(0, (float) top, 0, (float) bottom, new float[] {0, 0.55f, 1}, new Color[] {
                    light.skyTop(), light.skyMiddle(), light.skyBottom()
                }));
        graphics.fill(shape);
    }

    /** A disc of light that fades outwards. */
    void glow(double x, double y, double radius, Color colour) {
        Color clear = new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 0);
        graphics.setPaint(new RadialGradientPaint(
                (float) x, (float) y, (float) radius, new float[] {0, 1}, new Color[] {colour, clear}));
        graphics.fill(disc(x, y, radius, radius));
    }

    /** Paints inside a shape only, until {@link #unclip()}. */
    void clip(Shape shape) {
        graphics.setClip(shape);
    }

    void unclip() {
        graphics.setClip(null);
    }

    void close() {
        graphics.dispose();
    }

    static Shape disc(double x, double y, double radiusX, double radiusY) {
        return new Ellipse2D.Double(x - radiusX, y - radiusY, 2 * radiusX, 2 * radiusY);
    }

    static Shape box(double x, double y, double width, double height) {
        return new Rectangle2D.Double(x, y, width, height);
    }

    static Shape rounded(double x, double y, double width, double height, double corner) {
        return new RoundRectangle2D.Double(x, y, width, height, corner, corner);
    }

    /** A polygon from x, y, x, y and so on. */
    static Shape polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    /** All below a wavy line: a mean height, a swing to either side, a number of waves and where they begin. */
    static Shape below(double y, double swing, double waves, double phase) {
        Path2D path = new Path2D.Double();
        path.moveTo(0, 1);
        for (int i = 0; i <= 48; i++) {
            double x = WIDTH * i / 48;
            path.lineTo(x, y + swing * Math.sin(2 * Math.PI * (waves * x / WIDTH + phase)));
        }
        path.lineTo(WIDTH, 1);
        path.closePath();
        return path;
    }
}
