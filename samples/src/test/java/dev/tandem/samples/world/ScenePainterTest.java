package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenePainterTest {

    private static final ScenePainter PAINTER = new ScenePainter();

    private static int[] pixels(Scene scene, int size, long seed) {
        BufferedImage image = PAINTER.paint(scene, size, new SplittableRandom(seed));
        return image.getRGB(0, 0, size, size, null, 0, size);
    }

    @Test
    void aSeedGivesTheSamePictureFromAnyPainter() {
        SplittableRandom random = new SplittableRandom(31);
        SceneSampler sampler = new SceneSampler(Split.TRAIN);
        for (int i = 0; i < 20; i++) {
            Scene scene = sampler.next(random);
            int[] again =
                    new ScenePainter().paint(scene, 64, new SplittableRandom(i)).getRGB(0, 0, 64, 64, null, 0, 64);
            assertArrayEquals(pixels(scene, 64, i), again);
            assertFalse(
                    Arrays.equals(again, pixels(scene, 64, i + 1)), "another seed gave the same picture of " + scene);
        }
    }

    @ParameterizedTest
    @EnumSource(Subject.class)
    void theSubjectIsLargeInTheMiddleAndInsideThePicture(Subject subject) {
        List<Layout.Placed> placed =
                PAINTER.layout(Scene.of(Item.one(subject), Place.FARM, TimeOfDay.DAY), new SplittableRandom(1));
        assertEquals(1, placed.size());
        var box = placed.get(0).box();
        assertTrue(box.getWidth() >= 0.65 || box.getHeight() >= 0.55, subject + " is small: " + box);
        assertTrue(
                box.getMinX() >= 0 && box.getMaxX() <= 1 && box.getMinY() >= 0 && box.getMaxY() < 0.95,
                subject + " leaves the picture: " + box);
        assertEquals(0.5, box.getCenterX(), 0.06);
    }

    @Test
    void theSubjectsPixelsAreThoseThatAnotherColourChanges() {
        Scene red = Scene.of(new Item(Subject.CAR, Optional.of(Colour.RED), 2), Place.FARM, TimeOfDay.DAY);
        Scene blue = red.withItem(new Item(Subject.CAR, Optional.of(Colour.BLUE), 2));
        int[] one = pixels(red, 64, 5);
        int[] other = pixels(blue, 64, 5);
        boolean[] covered = PAINTER.subjects(red, 64, new SplittableRandom(5));
        int inside = 0;
        int outside = 0;
        int all = 0;
        for (int i = 0; i < covered.length; i++) {
            boolean changed = one[i] != other[i];
            inside += changed && covered[i] ? 1 : 0;
            outside += changed && !covered[i] ? 1 : 0;
            all += covered[i] ? 1 : 0;
        }
        assertTrue(all > 200 && inside > 0.6 * all, inside + " of " + all + " pixels of the cars change colour");
        assertTrue(outside < 0.15 * inside, outside + " pixels change outside the cars, " + inside + " inside");
    }

    @Test
    void aVariedPainterMakesSubjectsAsSmallAsThreeAreAndNoSmaller() {
        ScenePainter varied = ScenePainter.varied();
        for (Subject subject : List.of(Subject.BICYCLE, Subject.GIRAFFE)) {
            double usual = heights(PAINTER, subject, 1)[1];
            double three = heights(PAINTER, subject, 3)[1];
            double[] heights = heights(varied, subject, 1);
            assertEquals(usual, heights[1], 1e-9);
            assertEquals(three * 0.94, heights[0], 1e-9, subject + " has the size of one among three");
            assertArrayEquals(heights(PAINTER, subject, 3), heights(varied, subject, 3), 1e-9);
        }
    }

    /** The smallest and the largest in many pictures. */
    private static double[] heights(ScenePainter painter, Subject subject, int count) {
        Scene scene = Scene.of(Item.many(subject, count), Place.FARM, TimeOfDay.DAY);
        SplittableRandom random = new SplittableRandom(6);
        double[] heights = IntStream.range(0, 300)
                .mapToDouble(i -> painter.layout(scene, random).get(0).box().getHeight())
                .sorted()
                .toArray();
        return new double[] {heights[0], heights[heights.length - 1]};
    }

    @Test
    void subjectsNeverTouch() {
        SplittableRandom random = new SplittableRandom(32);
        SceneSampler sampler = new SceneSampler(Split.TRAIN);
        for (int i = 0; i < 3000; i++) {
            Scene scene = sampler.next(random);
            List<Layout.Placed> placed = PAINTER.layout(scene, random);
            assertEquals(scene.items().stream().mapToInt(Item::count).sum(), placed.size());
            for (int left = 0; left + 1 < placed.size(); left++) {
                assertTrue(
                        placed.get(left).box().getMaxX()
                                < placed.get(left + 1).box().getMinX(),
                        scene + " overlaps");
            }
            assertTrue(
                    placed.get(0).box().getMinX() >= 0
                            && placed.get(placed.size() - 1).box().getMaxX() <= 1,
                    scene + " leaves the picture");
        }
    }

    /** Looks at the painted colours and not at the plan. */
    @ParameterizedTest
    @EnumSource(Relation.class)
    void leftAndRightAreTrue(Relation relation) {
        Item red = Item.one(Colour.RED, Subject.CAR);
        Item green = Item.one(Colour.GREEN, Subject.TRACTOR);
        for (Place place : List.of(Place.MOON, Place.KITCHEN, Place.SNOW)) {
            for (long seed = 0; seed < 5; seed++) {
                int[] pixels = pixels(Scene.pair(red, relation, green, place, TimeOfDay.DAY), 128, seed);
                double redX = meanX(pixels, Colour.RED);
                double greenX = meanX(pixels, Colour.GREEN);
                assertEquals(
                        relation != Relation.RIGHT_OF,
                        redX < greenX,
                        relation + " " + place + ": red at " + redX + ", green at " + greenX);
                assertTrue(Math.abs(redX - greenX) > 35, "too near: " + redX + " and " + greenX);
            }
        }
    }

    /** Mean column of the vivid pixels of a colour in the lower middle, where subjects stand. */
    private static double meanX(int[] pixels, Colour colour) {
        double sum = 0;
        int count = 0;
        for (int y = 64; y < 112; y++) {
            for (int x = 0; x < 128; x++) {
                int pixel = pixels[y * 128 + x];
                float[] hsb = Color.RGBtoHSB(pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255, null);
                double turn = hsb[0] - colour.hue();
                if (hsb[1] > 0.72 && hsb[2] > 0.5 && Math.abs(turn - Math.round(turn)) < 0.03) {
                    sum += x;
                    count++;
                }
            }
        }
        assertTrue(count > 60, "no " + colour + " to be seen");
        return sum / count;
    }

    @ParameterizedTest
    @EnumSource(Colour.class)
    void aPaintedSubjectHasItsColour(Colour colour) {
        for (Subject subject : Subject.values()) {
            if (!subject.paintable()) {
                continue;
            }
            int[] plain = pixels(Scene.of(Item.one(colour, subject), Place.MOON, TimeOfDay.DAY), 128, 4);
            int vivid = 0;
            for (int y = 32; y < 118; y++) {
                for (int x = 16; x < 112; x++) {
                    int pixel = plain[y * 128 + x];
                    float[] hsb = Color.RGBtoHSB(pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255, null);
                    double turn = hsb[0] - colour.hue();
                    vivid += hsb[1] > 0.45 && hsb[2] > 0.4 && Math.abs(turn - Math.round(turn)) < 0.06 ? 1 : 0;
                }
            }
            assertTrue(
                    vivid > (subject == Subject.BICYCLE ? 150 : 500),
                    subject + " painted " + colour + " shows it in only " + vivid + " pixels");
        }
    }

    @Test
    void nightIsDarkerThanDayAndTheSubjectIsStillBright() {
        Scene day = Scene.of(Item.one(Subject.SHEEP), Place.FARM, TimeOfDay.DAY);
        assertTrue(brightness(pixels(day, 64, 1)) > 1.5 * brightness(pixels(day.withTime(TimeOfDay.NIGHT), 64, 1)));
        int middle = pixels(day.withTime(TimeOfDay.NIGHT), 64, 1)[40 * 64 + 34];
        assertTrue((middle >> 8 & 255) > 120, "the sheep's wool is dark: " + Integer.toHexString(middle));
    }

    private static double brightness(int[] pixels) {
        return Arrays.stream(pixels)
                .mapToDouble(pixel -> (pixel >> 16 & 255) + (pixel >> 8 & 255) + (pixel & 255))
                .average()
                .orElseThrow();
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        Scene scene = Scene.of(Item.one(Subject.DOG), Place.FARM, TimeOfDay.DAY);
        assertThrows(IllegalArgumentException.class, () -> PAINTER.paint(scene, 8, new SplittableRandom(1)));
        assertThrows(IllegalArgumentException.class, () -> PAINTER.paint(scene, 5000, new SplittableRandom(1)));
        assertEquals(256, PAINTER.paint(scene, 256, new SplittableRandom(1)).getWidth());
    }
}
