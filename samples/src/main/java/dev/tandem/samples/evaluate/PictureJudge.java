package dev.tandem.samples.evaluate;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.samples.evaluate.metric.PictureFeatures;
import dev.tandem.samples.train.SceneBatch;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * A trained judge that looks at pictures of any size. Its classes are the subjects: it says of each by itself how likely it is there, and
 * these numbers are divided by their sum.
 */
final class PictureJudge implements PictureFeatures, AutoCloseable {

    static final int PIXELS = JudgeTask.PIXELS;

    private static final String EMBEDDED = "judge.safetensors";

    private final TensorEngine engine;
    private final Judge judge;
    private final Scope weights;

    private PictureJudge(TensorEngine engine, Judge judge, Scope weights) {
        this.engine = engine;
        this.judge = judge;
        this.weights = weights;
    }

    /**
     * Reads a trained judge.
     *
     * @throws dev.tandem.core.weights.WeightException if the file is missing, damaged, or of another world
     */
    static PictureJudge load(TensorEngine engine, Path file) {
        FileWeights source = FileWeights.open(engine, file);
        Scope weights = engine.scope();
        try {
            return new PictureJudge(engine, Judge.load(source), weights);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        } finally {
            weights.detach();
        }
    }

    /** The judge that comes with the world; {@code models/training/judge.json} made it. */
    static PictureJudge embedded(TensorEngine engine) {
        try (InputStream resource = PictureJudge.class.getResourceAsStream(EMBEDDED)) {
            Path file = Files.createTempFile("tandem-judge", ".safetensors");
            try {
                Files.copy(
                        Objects.requireNonNull(resource, EMBEDDED + " is missing from the class path"),
                        file,
                        StandardCopyOption.REPLACE_EXISTING);
                return load(engine, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the picture judge: " + e.getMessage(), e);
        }
    }

    Verdict judge(byte[] png) {
        return judge(decoded(png));
    }

    /** The pixels of an agent's photo. */
    static BufferedImage decoded(byte[] png) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            return Objects.requireNonNull(picture, "the agent's photo is no PNG");
        } catch (IOException e) {
            throw new UncheckedIOException("the agent's photo cannot be read as a PNG: " + e.getMessage(), e);
        }
    }

    Verdict judge(BufferedImage picture) {
        try (Scope scope = engine.scope()) {
            return judge.judge(pixels(picture)).get(0);
        }
    }

    @Override
    public String name() {
        return "judge";
    }

    @Override
    public Seen look(BufferedImage picture) {
        try (Scope scope = engine.scope()) {
            Judge.Logits logits = judge.forward(pixels(picture));
            float[] features = logits.features().toFloatArray();
            double[] likely = likely(logits.subjects().toFloatArray());
            return new Seen(
                    IntStream.range(0, features.length)
                            .mapToDouble(i -> features[i])
                            .toArray(),
                    likely);
        }
    }

    private static double[] likely(float[] subjects) {
        double[] likely = new double[subjects.length];
        Arrays.setAll(likely, i -> 1 / (1 + Math.exp(-subjects[i])));
        double sum = Arrays.stream(likely).sum();
        return Arrays.stream(likely).map(p -> p / sum).toArray();
    }

    /** [1, 3, PIXELS, PIXELS]. */
    private Tensor pixels(BufferedImage picture) {
        float[] pixels = new float[3 * PIXELS * PIXELS];
        SceneBatch.copy(fitted(picture), pixels, 0);
        return engine.tensor(pixels, 1, 3, PIXELS, PIXELS);
    }

    private static BufferedImage fitted(BufferedImage picture) {
        if (picture.getWidth() == PIXELS && picture.getHeight() == PIXELS) {
            return picture;
        }
        BufferedImage fitted = new BufferedImage(PIXELS, PIXELS, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = fitted.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(picture, 0, 0, PIXELS, PIXELS, null);
        graphics.dispose();
        return fitted;
    }

    @Override
    public void close() {
        weights.close();
    }
}
