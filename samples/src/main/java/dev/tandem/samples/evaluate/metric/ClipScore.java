package dev.tandem.samples.evaluate.metric;

/**
 * CLIPScore (Hessel et al. 2021): how well pictures fit their captions; scores of pictures add up. As torchmetrics has it, 100 times the
 * mean cosine and at least 0; the paper's own is 2.5 times the cosine.
 *
 * @param cosines sum of the cosines of picture and caption
 * @param pictures their number
 */
public record ClipScore(double cosines, int pictures) {

    /** The score of no pictures. */
    public static ClipScore none() {
        return new ClipScore(0, 0);
    }

    /** The score of a picture. */
    public static ClipScore of(double cosine) {
        return new ClipScore(cosine, 1);
    }

    /** The score of both. */
    public ClipScore plus(ClipScore other) {
        return new ClipScore(cosines + other.cosines, pictures + other.pictures);
    }

    /** From 0 to 100; 0 without pictures. */
    public double value() {
        return pictures == 0 ? 0 : Math.max(0, 100 * cosines / pictures);
    }
}
