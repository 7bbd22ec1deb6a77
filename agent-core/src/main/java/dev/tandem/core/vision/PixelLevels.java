package dev.tandem.core.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Picture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a pixel become numbers: scaled, then normalised channel by channel, in the arithmetic of transformers' {@code rescale} and
 * {@code normalize}.
 *
 * @param scale what bytes are multiplied by
 * @param mean taken off each channel after that, three values
 * @param deviation that each channel is divided by then, three values
 */
public record PixelLevels(double scale, List<Double> mean, List<Double> deviation) {

    public PixelLevels {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != 3 || deviation.size() != 3) {
            throw new IllegalArgumentException(
                    "three channels have three means and deviations, not " + mean + " and " + deviation);
        }
        if (deviation.contains(0.0)) {
            throw new IllegalArgumentException("nothing can be divided by a deviation of 0: " + deviation);
        }
    }

    /** From -1 to 1: mean and deviation of all channels are a half. */
    public static PixelLevels halves() {
        return new PixelLevels(1 / 255.0, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
    }

    /** CLIP's: mean and deviation of its training pictures. */
    static PixelLevels clip() {
        return new PixelLevels(
                1 / 255.0, List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));
    }

    /**
     * Reads {@code do_rescale}, {@code rescale_factor}, {@code do_normalize}, {@code image_mean} and {@code image_std}.
     *
     * @param otherwise mean and deviation where the file names none; null if it has to
     */
    static PixelLevels read(JsonNode json, double @Nullable [] otherwise) {
        boolean normalised = json.path("do_normalize").asBoolean(true);
        return new PixelLevels(
                json.path("do_rescale").asBoolean(true)
                        ? json.path("rescale_factor").asDouble(1 / 255.0)
                        : 1,
                normalised ? three(json, "image_mean", otherwise) : List.of(0.0, 0.0, 0.0),
                normalised ? three(json, "image_std", otherwise) : List.of(1.0, 1.0, 1.0));
    }

    private static List<Double> three(JsonNode json, String key, double @Nullable [] otherwise) {
        JsonNode value = json.path(key);
        if (!json.hasNonNull(key) && otherwise != null) {
            return List.of(otherwise[0], otherwise[1], otherwise[2]);
        }
        if (value.isNumber()) {
            return List.of(value.asDouble(), value.asDouble(), value.asDouble());
        }
        if (!value.isArray() || value.size() != 3) {
            throw new IllegalArgumentException(key + " is " + value + "; it needs three numbers");
        }
        return List.of(
                value.get(0).asDouble(), value.get(1).asDouble(), value.get(2).asDouble());
    }

    /**
     * Part of a picture, channel by channel; what lies outside of the picture is black before it is normalised.
     *
     * @param top of the part in the picture; may be negative
     * @param left of the part in the picture; may be negative
     * @param size of the part
     * @param values takes [3, height, width]
     * @param at where in it
     */
    void cut(Picture picture, int top, int left, ImageProcessor.Size size, float[] values, int at) {
        float[][] table = table();
        int height = size.height();
        int width = size.width();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromY = y + top;
                int fromX = x + left;
                boolean inside = fromY >= 0 && fromY < picture.height() && fromX >= 0 && fromX < picture.width();
                int pixel = inside ? picture.rgb(fromX, fromY) : 0;
                for (int c = 0; c < 3; c++) {
                    values[at + (c * height + y) * width + x] = table[c][pixel >> (16 - 8 * c) & 0xFF];
                }
            }
        }
    }

    /** What each byte becomes, for each channel. */
    private float[][] table() {
        float[][] table = new float[3][256];
        for (int c = 0; c < 3; c++) {
            float middle = mean.get(c).floatValue();
            float width = deviation.get(c).floatValue();
            for (int level = 0; level < 256; level++) {
                table[c][level] = ((float) (level * scale) - middle) / width;
            }
        }
        return table;
    }
}
