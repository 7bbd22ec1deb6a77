package dev.tandem.samples.train;

import dev.tandem.diffusion.train.PictureData;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Pictures of composed scenes, painted when they are asked for: the scene of an index depends on seed and index alone, so there can be
 * any number of them and none is stored.
 *
 * @param split which scenes
 * @param size how many
 * @param pixels width and height
 * @param seed another seed gives other scenes
 * @param subjectWeight how many times as much as the rest of a picture its subjects matter
 */
public record ScenePictures(Split split, int size, int pixels, long seed, double subjectWeight) implements PictureData {

    private static final ScenePainter PAINTER = new ScenePainter();

    /** All pixels matter alike. */
    public ScenePictures(Split split, int size, int pixels, long seed) {
        this(split, size, pixels, seed, 1);
    }

    @Override
    public int width() {
        return pixels;
    }

    @Override
    public int height() {
        return pixels;
    }

    /** What the picture of an index shows. */
    public Scene scene(int index) {
        return new SceneSampler(split).next(random(index));
    }

    @Override
    public byte[] rgb(int index) {
        SplittableRandom random = random(index);
        Scene scene = new SceneSampler(split).next(random);
        BufferedImage picture = PAINTER.paint(scene, pixels, random);
        int[] argb = picture.getRGB(0, 0, pixels, pixels, null, 0, pixels);
        byte[] rgb = new byte[3 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        return rgb;
    }

    @Override
    public float[] weights(int index) {
        if (subjectWeight == 1) {
            return new float[0];
        }
        SplittableRandom random = random(index);
        Scene scene = new SceneSampler(split).next(random);
        boolean[] subjects = PAINTER.subjects(scene, pixels, random);
        float[] weights = new float[subjects.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = subjects[i] ? (float) subjectWeight : 1;
        }
        return weights;
    }

    private SplittableRandom random(int index) {
        return IndexedRandom.of(seed, index);
    }
}
