package dev.tandem.samples.evaluate.metric;

import java.awt.image.BufferedImage;

/**
 * A network that looks at pictures, for measures that compare what it sees. Measures of different networks cannot be compared, so its
 * name stands before each: "judge-FID" is no FID of InceptionV3.
 */
public interface PictureFeatures {

    /**
     * What it sees in a picture.
     *
     * @param features [D]
     * @param probabilities of its classes [K]; their sum is 1
     */
    record Seen(double[] features, double[] probabilities) {}

    /** A word that tells it from other networks. */
    String name();

    /** Looks at a picture of any size. */
    Seen look(BufferedImage picture);
}
