package dev.tandem.samples.evaluate.metric;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.ImageProcessor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.ClipModelFolder;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.vision.ClipModel;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * CLIP from a folder that the user has. Features are picture vectors of length 1; classes are told without training by the texts that fit
 * best (Radford et al. 2021, section 3.1.2, without ensembles).
 *
 * <p>Owns the model; close it when it is no longer needed.
 */
public final class ClipFeatures implements PictureFeatures, AutoCloseable {

    private final TensorEngine engine;
    private final ClipModel model;
    private final ClipTokenizer tokenizer;
    private final ImageProcessor processor;

    /** Vectors of the classes' texts, [K, projectionDim]. */
    private final float[] classes;

    private final int classCount;

    private ClipFeatures(
            TensorEngine engine,
            ClipModel model,
            ClipTokenizer tokenizer,
            ImageProcessor processor,
            List<String> classes) {
        this.engine = engine;
        this.model = model;
        this.tokenizer = tokenizer;
        this.processor = processor;
        this.classCount = classes.size();
        try (Scope scope = engine.scope()) {
            this.classes = engine.cat(
                            classes.stream()
                                    .map(text -> vector(engine, model, tokenizer, text))
                                    .toList(),
                            0)
                    .toFloatArray();
        }
    }

    /**
     * Loads a model.
     *
     * @param folder in the layout of transformers, with tokenizer and {@code preprocessor_config.json}
     * @param classes a text for each class, like "a photo of a dog"
     * @throws IllegalArgumentException if the configuration cannot be read or there is no class
     * @throws dev.tandem.core.weights.WeightException if something is missing or damaged
     */
    public static ClipFeatures load(TensorEngine engine, Path folder, List<String> classes) {
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("CLIP tells classes by texts; give at least one");
        }
        ImageProcessor processor = ImageProcessor.read(ModelFolder.of(folder));
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        ClipModel model = null;
        try {
            model = ClipModelFolder.load(engine, folder);
            return new ClipFeatures(engine, model, tokenizer, processor, classes);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            if (model != null) {
                model.close();
            }
            throw e;
        }
    }

    @Override
    public String name() {
        return "clip";
    }

    @Override
    public Seen look(BufferedImage picture) {
        try (Scope scope = engine.scope()) {
            Tensor seen = vector(picture);
            Tensor texts = engine.tensor(classes, classCount, classes.length / classCount);
            Tensor logits = model.logitsPerImage(seen, texts);
            return new Seen(Doubles.of(seen), Doubles.softmax(Doubles.of(logits)));
        }
    }

    /** How well a picture fits a text: the cosine of their vectors, -1 to 1. */
    public double cosine(BufferedImage picture, String text) {
        try (Scope scope = engine.scope()) {
            return vector(picture)
                    .mul(vector(engine, model, tokenizer, text))
                    .sum(-1, false)
                    .item();
        }
    }

    /** [1, projectionDim]. */
    private Tensor vector(BufferedImage picture) {
        byte[] rgb = new byte[3 * picture.getWidth() * picture.getHeight()];
        for (int i = 0; i < rgb.length / 3; i++) {
            int pixel = picture.getRGB(i % picture.getWidth(), i / picture.getWidth());
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return model.imageEmbeds(processor.apply(engine, new Picture(picture.getWidth(), picture.getHeight(), rgb)));
    }

    /** [1, projectionDim]. */
    private static Tensor vector(TensorEngine engine, ClipModel model, ClipTokenizer tokenizer, String text) {
        long[] ids = tokenizer.tokenize(text).ids().stream()
                .mapToLong(Integer::longValue)
                .toArray();
        return model.textEmbeds(engine.tensor(ids, 1, ids.length), null);
    }

    @Override
    public void close() {
        tokenizer.close();
        model.close();
    }
}
