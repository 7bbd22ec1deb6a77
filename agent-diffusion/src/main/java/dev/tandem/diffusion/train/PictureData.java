package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;

/** Pictures of one size to train or measure on. Safe to read from several threads. */
public interface PictureData {

    /** How many there are. */
    int size();

    /** Width of each in pixels. */
    int width();

    /** Height of each in pixels. */
    int height();

    /** Red, green and blue of each pixel of a picture, row by row from the top left: 3 w h bytes. */
    byte[] rgb(int index);

    /**
     * How much each pixel of a picture matters, row by row, w h values from 0; empty if all matter alike.
     */
    default float[] weights(int index) {
        return new float[0];
    }

    /**
     * A batch as networks take it.
     *
     * @return [B, 3, h, w] in [-1, 1], made in the current scope
     */
    default Tensor batch(TensorEngine engine, int... indices) {
        int pixels = width() * height();
        float[] values = new float[indices.length * 3 * pixels];
        for (int b = 0; b < indices.length; b++) {
            byte[] rgb = rgb(indices[b]);
            for (int c = 0; c < 3; c++) {
                int at = (b * 3 + c) * pixels;
                for (int i = 0; i < pixels; i++) {
                    values[at + i] = (rgb[3 * i + c] & 0xff) / 127.5f - 1;
                }
            }
        }
        return engine.tensor(values, indices.length, 3, height(), width());
    }
}
