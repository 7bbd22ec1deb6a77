package dev.tandem.core.vision;

import dev.tandem.core.stage.Picture;

/**
 * How pictures are resized: as Pillow does, whose results the published models were trained on. Where a picture gets smaller the filter gets
 * wider, so that nothing between is left out; Java2D's filters do not do that. Equal to Pillow's {@code Image.resize} to the last bit: rows
 * first, rounded to bytes in between, weights of 22 bits. (Pillow 13 takes the columns first where that is less work; a level may differ by 1.)
 */
public enum Resampling {
    NEAREST(0),
    LANCZOS(3),
    BILINEAR(1),
    BICUBIC(2),
    BOX(0.5),
    HAMMING(1);

    private static final int BITS = 32 - 8 - 2;

    private final double support;

    Resampling(double support) {
        this.support = support;
    }

    /**
     * By Pillow's number, as {@code preprocessor_config.json} has it.
     *
     * @throws IllegalArgumentException if there is none of that number
     */
    public static Resampling of(int number) {
        if (number < 0 || number >= values().length) {
            throw new IllegalArgumentException(
                    "there is no resampling filter " + number + "; 0 to " + (values().length - 1) + " are known");
        }
        return values()[number];
    }

    /** The picture in another size. */
    public Picture resize(Picture picture, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture can't be resized to " + width + " x " + height + " pixels");
        }
        byte[] rgb = bytes(picture);
        if (this == NEAREST) {
            return new Picture(width, height, nearest(rgb, picture, width, height));
        }
        if (width != picture.width()) {
            rgb = lines(rgb, picture.width(), picture.height(), width, 3, true);
        }
        if (height != picture.height()) {
            rgb = lines(rgb, width, picture.height(), height, 3, false);
        }
        return new Picture(width, height, rgb);
    }

    private static byte[] bytes(Picture picture) {
        byte[] rgb = new byte[3 * picture.width() * picture.height()];
        for (int y = 0, i = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int pixel = picture.rgb(x, y);
                rgb[i++] = (byte) (pixel >> 16);
                rgb[i++] = (byte) (pixel >> 8);
                rgb[i++] = (byte) pixel;
            }
        }
        return rgb;
    }

    private static byte[] nearest(byte[] rgb, Picture picture, int width, int height) {
        byte[] result = new byte[3 * width * height];
        int[] columns = nearest(picture.width(), width);
        int[] rows = nearest(picture.height(), height);
        int i = 0;
        for (int row : rows) {
            for (int column : columns) {
                System.arraycopy(rgb, 3 * (row * picture.width() + column), result, i, 3);
                i += 3;
            }
        }
        return result;
    }

    /** Adds up as Pillow does: a product would round otherwise. */
    private static int[] nearest(int oldSize, int newSize) {
        int[] result = new int[newSize];
        double step = (double) oldSize / newSize;
        double at = step * 0.5;
        for (int i = 0; i < newSize; i++, at += step) {
            result[i] = (int) at;
        }
        return result;
    }

    /** Resizes one way: each row's pixels if across, else each column's. */
    private byte[] lines(byte[] rgb, int width, int height, int size, int channels, boolean across) {
        Weights weights = new Weights(across ? width : height, size);
        int newWidth = across ? size : width;
        int newHeight = across ? height : size;
        int stride = across ? channels : channels * width;
        byte[] result = new byte[channels * newWidth * newHeight];
        int i = 0;
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int at = across ? x : y;
                int first = weights.first[at];
                int base = across ? channels * (y * width + first) : channels * (first * width + x);
                for (int c = 0; c < channels; c++) {
                    int sum = 1 << (BITS - 1);
                    for (int k = 0; k < weights.count[at]; k++) {
                        sum += (rgb[base + c + k * stride] & 0xFF) * weights.of[at * weights.width + k];
                    }
                    result[i++] = (byte) Math.max(0, Math.min(255, sum >> BITS));
                }
            }
        }
        return result;
    }

    /** For each new pixel of a line: the first old one that it is made of, how many, and their shares. */
    private final class Weights {

        private final int width;
        private final int[] first;
        private final int[] count;
        private final int[] of;

        Weights(int oldSize, int newSize) {
            double scale = (double) oldSize / newSize;
            double stretch = Math.max(1, scale);
            double reach = support * stretch;
            width = (int) Math.ceil(reach) * 2 + 1;
            first = new int[newSize];
            count = new int[newSize];
            of = new int[newSize * width];
            double[] shares = new double[width];
            for (int i = 0; i < newSize; i++) {
                double centre = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) (centre - reach + 0.5));
                count[i] = Math.min(oldSize, (int) (centre + reach + 0.5)) - first[i];
                double sum = 0;
                for (int k = 0; k < count[i]; k++) {
                    shares[k] = filter((k + first[i] - centre + 0.5) / stretch);
                    sum += shares[k];
                }
                for (int k = 0; k < count[i]; k++) {
                    double share = sum == 0 ? shares[k] : shares[k] / sum;
                    of[i * width + k] = (int) (share * (1 << BITS) + (share < 0 ? -0.5 : 0.5));
                }
            }
        }
    }

    private double filter(double position) {
        double x = Math.abs(position);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("the nearest pixel has no filter");
            case BOX -> position > -0.5 && position <= 0.5 ? 1 : 0;
            case BILINEAR -> x < 1 ? 1 - x : 0;
            case HAMMING -> x == 0 ? 1 : x >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x));
            case BICUBIC -> {
                double a = -0.5;
                yield x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
            }
            case LANCZOS -> position >= -3 && position < 3 ? sinc(position) * sinc(position / 3) : 0;
        };
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
