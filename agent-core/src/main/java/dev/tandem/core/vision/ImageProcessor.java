package dev.tandem.core.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures into what a vision model takes: resized, its middle cut out, scaled and normalised, as {@code preprocessor_config.json} says; equal to
 * transformers' {@code CLIPImageProcessor} and {@code BlipImageProcessor} (the ones on Pillow).
 *
 * @param size what to resize to; null to leave it
 * @param resampling how
 * @param crop height and width of the middle that is cut out; null for all
 * @param levels how the bytes of a pixel become numbers
 */
public record ImageProcessor(
        @Nullable Size size,
        Resampling resampling,
        @Nullable Size crop,
        PixelLevels levels) {

    static final int LARGEST = 4096;

    /** Height and width in pixels; of a resize, both the same number and {@code shortest} if that is the shorter side's and the other follows. */
    public record Size(int height, int width, boolean shortest) {}

    /** CLIP's: the shorter side resized, the middle cut out, levels as in its authors' training. */
    public static ImageProcessor clip(int side) {
        return new ImageProcessor(
                new Size(side, side, true), Resampling.BICUBIC, new Size(side, side, false), PixelLevels.clip());
    }

    /**
     * Reads {@code preprocessor_config.json}.
     *
     * @throws WeightException if a value is missing or impossible
     */
    public static ImageProcessor read(ModelFolder folder) {
        JsonNode json = folder.json("preprocessor_config.json");
        try {
            return new ImageProcessor(
                    json.path("do_resize").asBoolean(true) ? size(json, "size") : null,
                    Resampling.of(json.path("resample").asInt(3)),
                    json.path("do_center_crop").asBoolean(json.has("crop_size")) ? size(json, "crop_size") : null,
                    PixelLevels.read(json, null));
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

    /** A picture as [1, 3, height, width]. */
    public Tensor apply(TensorEngine engine, Picture picture) {
        Picture sized = size == null ? picture : resized(picture, size);
        int height = crop == null ? sized.height() : crop.height();
        int width = crop == null ? sized.width() : crop.width();
        // the middle
        int top = Math.floorDiv(sized.height() - height, 2);
        int left = Math.floorDiv(sized.width() - width, 2);
        float[] values = new float[3 * height * width];
        levels.cut(sized, top, left, new Size(height, width, false), values, 0);
        return engine.tensor(values, 1, 3, height, width);
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
}
