package dev.tandem.samples.evaluate.metric;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * InceptionV3 from a file that the user has, with which FID, KID and the Inception Score are published. Pictures are resized as pytorch-fid does,
 * bilinear to 299 x 299.
 *
 * <p>Owns the network; close it when it is no longer needed.
 */
public final class InceptionFeatures implements PictureFeatures, AutoCloseable {

    private static final int CLASSES = 1008;
    private static final String LAST = "fc.weight";

    private final TensorEngine engine;
    private final InceptionV3 network;
    private final Scope weights;

    private InceptionFeatures(TensorEngine engine, InceptionV3 network, Scope weights) {
        this.engine = engine;
        this.network = network;
        this.weights = weights;
    }

    /**
     * Loads the network.
     *
     * @param file pytorch-fid's weights as safetensors
     * @throws IllegalArgumentException if they are torchvision's weights, with which nobody measures FID
     * @throws dev.tandem.core.weights.WeightException if something is missing or damaged
     */
    public static InceptionFeatures load(TensorEngine engine, Path file) {
        return load(engine, file, 1);
    }

    static InceptionFeatures load(TensorEngine engine, Path file, int divisor) {
        Safetensors content = Safetensors.open(file);
        if (content.has(LAST) && content.shape(LAST)[0] != CLASSES) {
            throw new IllegalArgumentException(file + ": FID is measured with weights of " + CLASSES
                    + " classes (pytorch-fid's pt_inception-2015-12-05), these have " + content.shape(LAST)[0]);
        }
        Scope weights = engine.scope();
        try {
            InceptionV3 network = new InceptionV3(engine, FileWeights.open(engine, file), CLASSES, divisor);
            return new InceptionFeatures(engine, network, weights);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        } finally {
            weights.detach();
        }
    }

    @Override
    public String name() {
        return "inception";
    }

    @Override
    public Seen look(BufferedImage picture) {
        int w = picture.getWidth();
        int h = picture.getHeight();
        float[] pixels = new float[3 * w * h];
        for (int i = 0; i < w * h; i++) {
            int rgb = picture.getRGB(i % w, i / w);
            pixels[i] = (rgb >> 16 & 0xFF) / 255f;
            pixels[w * h + i] = (rgb >> 8 & 0xFF) / 255f;
            pixels[2 * w * h + i] = (rgb & 0xFF) / 255f;
        }
        try (Scope scope = engine.scope()) {
            InceptionV3.Seen seen = network.look(engine.tensor(pixels, 1, 3, h, w));
            return new Seen(Doubles.of(seen.features()), Doubles.softmax(Doubles.of(seen.logits())));
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
