package dev.tandem.samples.world;

import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Paints scenes as square pictures. Everything is painted at twice the size and reduced, which smooths the edges. A place at a time
 * has {@value #VARIANTS} backdrops, painted when first needed and kept; a picture shows a random part of one, perhaps mirrored.
 * Subjects are never mirrored. The same scene, size and random numbers give the same picture. Safe for threads.
 */
public final class ScenePainter {

    /** Pictures are square and at least this large. */
    public static final int SMALLEST = 16;

    /** And at most this large. */
    public static final int LARGEST = 1024;

    private static final int VARIANTS = 4;

    /** Alpha from which a pixel counts as the subject's. */
    private static final int OPAQUE = 128;

    private record Key(Place place, TimeOfDay time, int variant, int height) {}

    private record Pixels(int width, int[] rgb) {}

    private final Map<Key, Pixels> backdrops = new ConcurrentHashMap<>();
    private final SpriteSheet sprites = new SpriteSheet();
    private final boolean varied;

    private ScenePainter(boolean varied) {
        this.varied = varied;
    }

    /** Subjects have the size that suits their number. */
    public ScenePainter() {
        this(false);
    }

    /** Subjects are often smaller than suits their number, down to the size that each has in a row of three. */
    public static ScenePainter varied() {
        return new ScenePainter(true);
    }

    /**
     * Paints a scene.
     *
     * @param size side of the picture in pixels, {@value #SMALLEST} to {@value #LARGEST}
     * @return of {@link BufferedImage#TYPE_INT_RGB}
     */
    public BufferedImage paint(Scene scene, int size, RandomGenerator random) {
        if (size < SMALLEST || size > LARGEST) {
            throw new IllegalArgumentException(
                    "a picture has a side of " + SMALLEST + " to " + LARGEST + " pixels, not " + size);
        }
        int side = 2 * size;
        int[] canvas = view(scene, side, random).canvas();
        Light light = Light.of(scene.place(), scene.time());
        for (Layout.Placed placed : layout(scene, random)) {
            Cut cut = cut(placed, side);
            Sprite sprite = cut.sprite();
            int foot = cut.top() + sprite.height();
            shadow(
                    canvas,
                    side,
                    cut.left() + sprite.width() / 2,
                    foot - side / 100,
                    sprite.width() * 48 / 100,
                    side / 28);
            draw(canvas, side, sprite, cut.left(), cut.top(), light.subject());
        }
        return halved(canvas, size);
    }

    /**
     * Where the subjects are in the picture that {@link #paint} makes of the same scene, size and random numbers.
     *
     * @return for each pixel, row by row, whether it shows part of a subject
     */
    public boolean[] subjects(Scene scene, int size, RandomGenerator random) {
        int[] items = items(scene, size, random);
        boolean[] covered = new boolean[items.length];
        for (int i = 0; i < covered.length; i++) {
            covered[i] = items[i] > 0;
        }
        return covered;
    }

    /**
     * What is where in the picture that {@link #paint} makes of the same scene, size and random numbers.
     *
     * @return for each pixel, row by row, which of the scene's items it shows, counted from 1; 0 for none
     */
    public int[] items(Scene scene, int size, RandomGenerator random) {
        view(scene, 2 * size, random); // draws its random numbers
        int[] items = new int[size * size];
        for (Layout.Placed placed : layout(scene, random)) {
            Cut cut = cut(placed, 2 * size);
            Sprite sprite = cut.sprite();
            int item = 1 + scene.items().indexOf(placed.item());
            for (int y = 0; y < sprite.height(); y++) {
                int row = (cut.top() + y) / 2;
                for (int x = 0; x < sprite.width(); x++) {
                    int column = (cut.left() + x) / 2;
                    boolean inside = row >= 0 && row < size && column >= 0 && column < size;
                    if (inside && sprite.argb()[y * sprite.width() + x] >>> 24 >= OPAQUE) {
                        items[row * size + column] = item;
                    }
                }
            }
        }
        return items;
    }

    /** A sprite and where its left upper corner lies on a canvas. */
    private record Cut(Sprite sprite, int left, int top) {}

    private Cut cut(Layout.Placed placed, int side) {
        Rectangle2D box = placed.box();
        int width = Math.max(1, (int) Math.round(box.getWidth() * side));
        int height = Math.max(1, (int) Math.round(box.getHeight() * side));
        int left = (int) Math.round(box.getCenterX() * side - width / 2.0);
        int foot = (int) Math.round(box.getMaxY() * side);
        Item item = placed.item();
        return new Cut(sprites.get(item.subject(), item.colour(), width, height), left, foot - height);
    }

    /** Where the subjects stand, from left to right. */
    List<Layout.Placed> layout(Scene scene, RandomGenerator random) {
        return Layout.of(scene, sprites, random, varied);
    }

    /** The part of a backdrop that a picture shows. */
    private record View(Pixels pixels, int side, int shift, boolean mirrored) {

        int[] canvas() {
            int[] canvas = new int[side * side];
            for (int y = 0; y < side; y++) {
                System.arraycopy(pixels.rgb(), y * pixels.width() + shift, canvas, y * side, side);
                if (mirrored) {
                    for (int low = y * side, high = low + side - 1; low < high; low++, high--) {
                        int pixel = canvas[low];
                        canvas[low] = canvas[high];
                        canvas[high] = pixel;
                    }
                }
            }
            return canvas;
        }
    }

    private View view(Scene scene, int side, RandomGenerator random) {
        Key key = new Key(scene.place(), scene.time(), random.nextInt(VARIANTS), side);
        boolean mirrored = random.nextBoolean();
        Pixels pixels = backdrops.computeIfAbsent(key, ScenePainter::backdrop);
        return new View(pixels, side, random.nextInt(pixels.width() - side + 1), mirrored);
    }

    private static Pixels backdrop(Key key) {
        long seed = (key.place().ordinal() * 31L + key.time().ordinal()) * 31L + key.variant();
        BufferedImage image = Backdrop.paint(key.place(), key.time(), key.height(), new SplittableRandom(seed));
        return new Pixels(image.getWidth(), ((DataBufferInt) image.getRaster().getDataBuffer()).getData());
    }

    /** Darkens an ellipse softly. */
    private static void shadow(int[] canvas, int side, int x, int y, int radiusX, int radiusY) {
        for (int row = Math.max(0, y - radiusY); row < Math.min(side, y + radiusY); row++) {
            double dy = (double) (row - y) / radiusY;
            for (int column = Math.max(0, x - radiusX); column < Math.min(side, x + radiusX); column++) {
                double dx = (double) (column - x) / radiusX;
                double inside = 1 - dx * dx - dy * dy;
                if (inside > 0) {
                    int keep = (int) (256 - 130 * inside);
                    int pixel = canvas[row * side + column];
                    canvas[row * side + column] = (pixel >> 16 & 255) * keep >> 8 << 16
                            | (pixel >> 8 & 255) * keep >> 8 << 8
                            | (pixel & 255) * keep >> 8;
                }
            }
        }
    }

    private static void draw(int[] canvas, int side, Sprite sprite, int left, int top, float[] tint) {
        int red = Math.round(256 * tint[0]);
        int green = Math.round(256 * tint[1]);
        int blue = Math.round(256 * tint[2]);
        for (int y = Math.max(0, -top); y < Math.min(sprite.height(), side - top); y++) {
            for (int x = Math.max(0, -left); x < Math.min(sprite.width(), side - left); x++) {
                int over = sprite.argb()[y * sprite.width() + x];
                int clear = 255 - (over >>> 24);
                if (clear == 255) {
                    continue;
                }
                int at = (top + y) * side + left + x;
                int under = canvas[at];
                canvas[at] = blend(over >> 16 & 255, red, under >> 16 & 255, clear) << 16
                        | blend(over >> 8 & 255, green, under >> 8 & 255, clear) << 8
                        | blend(over & 255, blue, under & 255, clear);
            }
        }
    }

    private static int blend(int over, int tint, int under, int clear) {
        return Math.min(255, (over * tint >> 8) + (under * clear + 127) / 255);
    }

    /** Each pixel the mean of four. */
    private static BufferedImage halved(int[] canvas, int size) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int at = 4 * y * size + 2 * x;
                int a = canvas[at];
                int b = canvas[at + 1];
                int c = canvas[at + 2 * size];
                int d = canvas[at + 2 * size + 1];
                pixels[y * size + x] =
                        (a >> 16 & 255) + (b >> 16 & 255) + (c >> 16 & 255) + (d >> 16 & 255) + 2 >> 2 << 16
                                | (a >> 8 & 255) + (b >> 8 & 255) + (c >> 8 & 255) + (d >> 8 & 255) + 2 >> 2 << 8
                                | (a & 255) + (b & 255) + (c & 255) + (d & 255) + 2 >> 2;
            }
        }
        return image;
    }
}
