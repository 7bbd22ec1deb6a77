package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Freshly composed pictures with what each patch of them shows.
 *
 * @param batch the pictures
 * @param items for each patch, row by row, picture after picture: which of the scene's items it shows, counted from 1; 0 for none
 * @param patches P, patches of a picture
 */
record PatchLabels(SceneBatch batch, int[] items, int patches) {

    /** A patch shows what covers at least this part of it. */
    private static final double COVERED = 0.25;

    /**
     * Draws scenes from a sampler and paints them.
     *
     * @param size side of a picture in pixels
     * @param patch side of a patch in pixels
     */
    static PatchLabels draw(
            TensorEngine engine,
            ScenePainter painter,
            SceneSampler sampler,
            int batch,
            int size,
            int patch,
            RandomGenerator random) {
        int side = size / patch;
        List<Scene> scenes = new ArrayList<>(batch);
        float[] pixels = new float[batch * 3 * size * size];
        int[] items = new int[batch * side * side];
        for (int i = 0; i < batch; i++) {
            Scene scene = sampler.next(random);
            long seed = random.nextLong();
            scenes.add(scene);
            SceneBatch.copy(painter.paint(scene, size, new SplittableRandom(seed)), pixels, i * 3 * size * size);
            int[] shown = painter.items(scene, size, new SplittableRandom(seed));
            for (int j = 0; j < side * side; j++) {
                items[i * side * side + j] = most(shown, size, patch, j / side * patch, j % side * patch);
            }
        }
        Tensor tensor = engine.tensor(pixels, batch, 3, size, size);
        return new PatchLabels(new SceneBatch(scenes, tensor), items, side * side);
    }

    /** The item that covers most of a patch; 0 where it covers too little. */
    private static int most(int[] shown, int size, int patch, int top, int left) {
        int[] covered = new int[3]; // none, and two items at most
        for (int y = top; y < top + patch; y++) {
            for (int x = left; x < left + patch; x++) {
                covered[shown[y * size + x]]++;
            }
        }
        int item = covered[1] >= covered[2] ? 1 : 2;
        return covered[item] >= COVERED * patch * patch ? item : 0;
    }

    /** For each patch the ordinal of its subject, -1 for none. */
    int[] subjects() {
        int[] subjects = new int[items.length];
        Arrays.setAll(subjects, i -> items[i] == 0 ? -1 : item(i).subject().ordinal());
        return subjects;
    }

    /** For each patch the colour that its subject is painted in, from 1; 0 for the subject's own, -1 where nothing can be painted. */
    int[] colours() {
        int[] colours = new int[items.length];
        Arrays.setAll(
                colours,
                i -> items[i] == 0 || !item(i).subject().paintable()
                        ? -1
                        : item(i).colour().map(colour -> colour.ordinal() + 1).orElse(0));
        return colours;
    }

    private Item item(int patch) {
        return batch.scenes().get(patch / patches).items().get(items[patch] - 1);
    }
}
