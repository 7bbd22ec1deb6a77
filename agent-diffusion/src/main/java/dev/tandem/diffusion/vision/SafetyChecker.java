package dev.tandem.diffusion.vision;

import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The checker that Stable Diffusion 1 is published with: how near a picture's CLIP vector lies to those of 17 concepts, and of 3 that need special
 * care; equal to diffusers' {@code StableDiffusionSafetyChecker}.
 *
 * <pre>
 * v = projection(pooled vector of CLIP's vision encoder)
 * score(concept) = cos(v, concept) - threshold(concept) + adjustment, in three digits
 * flagged: one of the 17 scores above 0
 * </pre>
 *
 * <p>Once a concept of special care scores above 0, what comes after it is judged 0.01 more strictly.
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class SafetyChecker implements AutoCloseable {

    /** Concepts that flag a picture. What they are was not published, only their vectors. */
    public static final int CONCEPTS = 17;

    /** Concepts that make the others count more; they flag nothing themselves. */
    public static final int SPECIAL_CARE = 3;

    private static final double STRICTER = 0.01;

    /**
     * The layers.
     *
     * @param vision without a projection of its own
     * @param projection D to P, without a bias
     * @param specialCare [3, P]
     * @param concepts [17, P]
     * @param specialCareThresholds [3]
     * @param conceptThresholds [17]
     */
    public record Layers(
            ClipVisionModel vision,
            Linear projection,
            Tensor specialCare,
            Tensor concepts,
            Tensor specialCareThresholds,
            Tensor conceptThresholds) {}

    /**
     * How near pictures lie to the concepts, from -1 to 1.
     *
     * @param specialCare [B, 3]
     * @param concepts [B, 17]
     */
    public record Cosines(Tensor specialCare, Tensor concepts) {}

    /**
     * How far a picture lies above the thresholds, in three digits; 0 and below is not above.
     *
     * @param specialCare of the 3 concepts of special care
     * @param concepts of the 17 others, the 0.01 of special care included
     */
    public record Scores(List<Double> specialCare, List<Double> concepts) {

        public Scores {
            specialCare = List.copyOf(specialCare);
            concepts = List.copyOf(concepts);
        }

        /** Whether the picture had better not be shown. */
        public boolean flagged() {
            return !flaggedConcepts().isEmpty();
        }

        /** Which of the 17 flag it, from 0. */
        public List<Integer> flaggedConcepts() {
            return above(concepts);
        }

        /** Which of the 3 made the others count more, from 0. */
        public List<Integer> careTaken() {
            return above(specialCare);
        }

        private static List<Integer> above(List<Double> scores) {
            return IntStream.range(0, scores.size())
                    .filter(i -> scores.get(i) > 0)
                    .boxed()
                    .toList();
        }
    }

    private final Layers layers;
    private final float[] specialCareThresholds;
    private final float[] conceptThresholds;
    private final Scope weights;

    /**
     * Puts a checker together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param weights owns the layers' tensors and is closed with this object
     */
    public SafetyChecker(Layers layers, Scope weights) {
        this.layers = layers;
        this.specialCareThresholds = layers.specialCareThresholds().toFloatArray();
        this.conceptThresholds = layers.conceptThresholds().toFloatArray();
        this.weights = weights;
    }

    /** Height and width of the pictures that it takes. */
    public int imageSize() {
        return layers.vision().config().imageSize();
    }

    /**
     * Compares pictures with the concepts.
     *
     * @param pixels [B, 3, imageSize, imageSize], normalised as the checker's preprocessor says
     */
    public Cosines cosines(Tensor pixels) {
        Tensor vectors =
                unit(layers.projection().apply(layers.vision().encode(pixels).pooled()));
        return new Cosines(
                vectors.matmul(unit(layers.specialCare()).transpose(0, 1)),
                vectors.matmul(unit(layers.concepts()).transpose(0, 1)));
    }

    /**
     * Judges pictures.
     *
     * @param pixels as {@link #cosines} takes them
     * @param adjustment what is added to each score: 0 as published, above it stricter, below it milder
     * @return the scores of each picture
     * @throws IllegalStateException if a picture gets values that are no numbers
     */
    public List<Scores> check(Tensor pixels, double adjustment) {
        Cosines cosines = cosines(pixels);
        float[] special = cosines.specialCare().contiguous().toFloatArray();
        float[] concepts = cosines.concepts().contiguous().toFloatArray();
        List<Scores> all = new ArrayList<>();
        for (int picture = 0; picture < pixels.size(0); picture++) {
            all.add(scores(special, concepts, picture, adjustment));
        }
        return all;
    }

    private Scores scores(float[] special, float[] concepts, int picture, double adjustment) {
        double added = adjustment;
        List<Double> care = new ArrayList<>();
        for (int i = 0; i < SPECIAL_CARE; i++) {
            double score = score(special[picture * SPECIAL_CARE + i], specialCareThresholds[i], added);
            care.add(score);
            if (score > 0) {
                added = adjustment + STRICTER;
            }
        }
        List<Double> others = new ArrayList<>();
        for (int i = 0; i < CONCEPTS; i++) {
            others.add(score(concepts[picture * CONCEPTS + i], conceptThresholds[i], added));
        }
        return new Scores(care, others);
    }

    /** In three digits, in numpy's arithmetic of 32 bits: what lies on the threshold falls on the same side. */
    private static double score(float cosine, float threshold, double added) {
        float score = cosine - threshold + (float) added;
        if (Float.isNaN(score)) {
            // the reference would let it pass
            throw new IllegalStateException(
                    "the safety checker compares a picture with values that are no numbers; its weights are damaged");
        }
        return Math.rint(score * 1000f) / 1000;
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.square().sum(-1, true).sqrt());
    }

    @Override
    public void close() {
        layers.vision().close();
        weights.close();
    }
}
