package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Freshly composed pictures of scenes.
 *
 * @param scenes what they show
 * @param pixels [B, 3, size, size], from -1 to 1
 */
public record SceneBatch(List<Scene> scenes, Tensor pixels) {

    /** Draws scenes from a sampler and paints them. */
    public static SceneBatch draw(
            TensorEngine engine,
            ScenePainter painter,
            SceneSampler sampler,
            int batch,
            int size,
            RandomGenerator random) {
        List<Scene> scenes = new ArrayList<>(batch);
        float[] pixels = new float[batch * 3 * size * size];
        for (int i = 0; i < batch; i++) {
            Scene scene = sampler.next(random);
            scenes.add(scene);
            copy(painter.paint(scene, size, random), pixels, i * 3 * size * size);
        }
        return new SceneBatch(scenes, engine.tensor(pixels, batch, 3, size, size));
    }

    /**
     * The pictures changed a little: half of the batches softened as a decoder softens, the others with noise. It keeps a network from resting on
     * the crisp edges that every composed picture has.
     *
     * @return [B, 3, size, size]
     */
    public Tensor softened(RandomGenerator random) {
        if (random.nextBoolean()) {
            return pixels.add(pixels.engine().randn(random, pixels.shape()).mul(0.04));
        }
        Tensor soft = pixels.avgPool2d(2).upsampleNearest(2);
        double share = random.nextDouble();
        return soft.mul(share).add(pixels.mul(1 - share));
    }

    /** Writes a picture into {@code target} from {@code offset} on: channels first, from -1 to 1. */
    public static void copy(BufferedImage picture, float[] target, int offset) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int plane = width * height;
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int at = offset + y * width + x;
                target[at] = (row[x] >> 16 & 0xff) / 127.5f - 1;
                target[at + plane] = (row[x] >> 8 & 0xff) / 127.5f - 1;
                target[at + 2 * plane] = (row[x] & 0xff) / 127.5f - 1;
            }
        }
    }
}
