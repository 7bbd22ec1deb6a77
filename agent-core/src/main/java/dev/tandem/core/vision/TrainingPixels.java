package dev.tandem.core.vision;

import dev.tandem.core.stage.Picture;
import java.nio.file.Path;

/**
 * What diffusion models learn from: the shorter side resized to N pixels, the middle N x N of it, values in [-1, 1]. As diffusers'
 * {@code train_text_to_image.py} does with {@code --center_crop}: torchvision's {@code Resize}, {@code CenterCrop}, {@code ToTensor} and
 * {@code Normalize([0.5], [0.5])}. Nothing is flipped or cut at random.
 *
 * @param size N
 * @param resampling LANCZOS in that script, BILINEAR in older ones
 */
public record TrainingPixels(int size, Resampling resampling) {

    /** The largest N. */
    public static final int LARGEST = 4096;

    private static final long MAX_PIXELS = 64L << 20;

    public TrainingPixels {
        if (size < 1 || size > LARGEST) {
            throw new IllegalArgumentException(
                    "pictures to learn from have a side of 1 to " + LARGEST + " pixels, not " + size);
        }
    }

    /** With the filter of diffusers 0.35. */
    public static TrainingPixels of(int size) {
        return new TrainingPixels(size, Resampling.LANCZOS);
    }

    /**
     * Reads a file, [3, N, N] in row-major order.
     *
     * @throws IllegalArgumentException if there is no such file, or it is no picture, damaged, too large, or far longer than wide
     */
    public float[] read(Path file) {
        Picture picture = PictureFile.read(file);
        try {
            return of(picture);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** The same of a picture. */
    public float[] of(Picture picture) {
        Picture square = cut(picture);
        float[] values = new float[3 * size * size];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int pixel = square.rgb(x, y);
                for (int c = 0; c < 3; c++) {
                    int level = pixel >> (16 - 8 * c) & 0xFF;
                    values[(c * size + y) * size + x] = (level / 255f - 0.5f) / 0.5f;
                }
            }
        }
        return values;
    }

    /** The N x N pixels that values are made from. */
    public Picture cut(Picture picture) {
        Picture resized = resized(picture);
        // Python rounds halves to even numbers, as rint does
        int top = (int) Math.rint((resized.height() - size) / 2.0);
        int left = (int) Math.rint((resized.width() - size) / 2.0);
        byte[] rgb = new byte[3 * size * size];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int pixel = resized.rgb(left + x, top + y);
                int at = 3 * (y * size + x);
                rgb[at] = (byte) (pixel >> 16);
                rgb[at + 1] = (byte) (pixel >> 8);
                rgb[at + 2] = (byte) pixel;
            }
        }
        return new Picture(size, size, rgb);
    }

    private Picture resized(Picture picture) {
        int shorter = Math.min(picture.width(), picture.height());
        int longer = Math.max(picture.width(), picture.height());
        if (shorter == size) {
            return picture;
        }
        long length = (long) size * longer / shorter;
        // rows are resized before columns, so a picture in between has the new width and the old height
        long between = picture.width() <= picture.height() ? (long) size * picture.height() : length * picture.height();
        if (length * size > MAX_PIXELS || between > MAX_PIXELS) {
            throw new IllegalArgumentException("a picture of " + picture.width() + " x " + picture.height()
                    + " pixels becomes too large with a shorter side of " + size + "; cut it");
        }
        return picture.width() <= picture.height()
                ? resampling.resize(picture, size, (int) length)
                : resampling.resize(picture, (int) length, size);
    }
}
