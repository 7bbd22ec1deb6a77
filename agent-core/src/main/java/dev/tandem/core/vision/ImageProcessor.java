package dev.tandem.core.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures into what a vision model takes: resized, its middle cut out, scaled and normalised, as {@code preprocessor_config.json} says; equal to
 * transformers' {@code CLIPImageProcessor} and {@code BlipImageProcessor} (the ones on Pillow).
 *
 * @param size what to resize to; null to leave it
 * @param resampling how
 * @param crop height and width of the middle that is cut out; null for all
 * @param scale what bytes are multiplied by
 * @param mean taken off each channel after that, three values
 * @param deviation that each channel is divided by then, three values
 */
public record ImageProcessor(
        @Nullable Size size,
        Resampling resampling,
        @Nullable Size crop,
        double scale,
        List<Double> mean,
        List<Double> deviation) {

    private static final int LARGEST = 4096;

    /** Height and width in pixels; of a resize, both the same number and {@code shortest} if that is the shorter side's and the other follows. */
    public record Size(int height, int width, boolean shortest) {}

    public ImageProcessor {
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

    /**
     * Reads {@code preprocessor_config.json}.
     *
     * @throws WeightException if a value is missing or impossible
     */
    public static ImageProcessor read(ModelFolder folder) {
        JsonNode json = folder.json("preprocessor_config.json");
        try {
            boolean normalised = json.path("do_normalize").asBoolean(true);
            return new ImageProcessor(
                    json.path("do_resize").asBoolean(true) ? size(json, "size") : null,
                    Resampling.of(json.path("resample").asInt(3)),
                    json.path("do_center_crop").asBoolean(json.has("crop_size")) ? size(json, "crop_size") : null,
                    json.path("do_rescale").asBoolean(true)
                            ? json.path("rescale_factor").asDouble(1 / 255.0)
                            : 1,
                    normalised ? three(json, "image_mean") : List.of(0.0, 0.0, 0.0),
                    normalised ? three(json, "image_std") : List.of(1.0, 1.0, 1.0));
        } catch (IllegalArgumentException e) {
            throw new WeightException(folder.path() + "/preprocessor_config.json: " + e.getMessage(), e);
        }
    }

    private static Size size(JsonNode json, String key) {
        JsonNode value = json.path(key);
        int shortest =
                value.isInt() ? value.asInt() : value.path("shortest_edge").asInt(0);
        int height = shortest > 0 ? shortest : value.path("height").asInt(0);
        int width = shortest > 0 ? shortest : value.path("width").asInt(0);
        if (height < 1 || width < 1 || height > LARGEST || width > LARGEST) {
            throw new IllegalArgumentException(
                    key + " is " + value + "; give height and width, or shortest_edge, of 1 to " + LARGEST);
        }
        return new Size(height, width, shortest > 0 && key.equals("size"));
    }

    private static List<Double> three(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isArray() || value.size() != 3) {
            throw new IllegalArgumentException(key + " is " + value + "; it needs three numbers");
        }
        return List.of(
                value.get(0).asDouble(), value.get(1).asDouble(), value.get(2).asDouble());
    }

    /** A picture as [1, 3, height, width]. */
    public Tensor apply(TensorEngine engine, Picture picture) {
        Picture sized = size == null ? picture : resized(picture, size);
        int height = crop == null ? sized.height() : crop.height();
        int width = crop == null ? sized.width() : crop.width();
        // the middle; what lies outside of a picture that is smaller is black before it is normalised
        int top = Math.floorDiv(sized.height() - height, 2);
        int left = Math.floorDiv(sized.width() - width, 2);
        return engine.tensor(channels(sized, top, left, height, width), 1, 3, height, width);
    }

    private Picture resized(Picture picture, Size size) {
        if (!size.shortest()) {
            return resampling.resize(picture, size.width(), size.height());
        }
        int shorter = Math.min(picture.width(), picture.height());
        int longer = (int) ((long) size.width() * Math.max(picture.width(), picture.height()) / shorter);
        return picture.width() <= picture.height()
                ? resampling.resize(picture, size.width(), longer)
                : resampling.resize(picture, longer, size.width());
    }

    /** Part of a picture, channel by channel. */
    float[] channels(Picture picture, int top, int left, int height, int width) {
        float[] values = new float[3 * height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromY = y + top;
                int fromX = x + left;
                boolean inside = fromY >= 0 && fromY < picture.height() && fromX >= 0 && fromX < picture.width();
                int pixel = inside ? picture.rgb(fromX, fromY) : 0;
                for (int c = 0; c < 3; c++) {
                    double level = (pixel >> (16 - 8 * c) & 0xFF) * scale;
                    values[(c * height + y) * width + x] = (float) ((level - mean.get(c)) / deviation.get(c));
                }
            }
        }
        return values;
    }
}
