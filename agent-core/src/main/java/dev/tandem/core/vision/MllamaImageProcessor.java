package dev.tandem.core.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes pictures into tiles for Llama-Vision (Grattafiori et al. 2024, section 7.2): a picture is fitted into the canvas of tiles that enlarges it
 * least, or else shrinks it least; what the picture leaves of the canvas is black. Equal to transformers' {@code MllamaImageProcessor}.
 *
 * @param tile height and width of a tile in pixels
 * @param maxTiles most tiles of a picture
 * @param resampling how pictures are resized
 * @param levels how the bytes of a pixel become numbers
 */
public record MllamaImageProcessor(int tile, int maxTiles, Resampling resampling, PixelLevels levels) {

    private static final String FILE = "preprocessor_config.json";
    private static final int MOST_TILES = 64;
    private static final long MOST_PIXELS = 64L << 20;
    private static final double[] HALVES = {0.5, 0.5, 0.5};

    /**
     * How tiles are laid out.
     *
     * @param rows tiles of a column
     * @param columns tiles of a row
     */
    public record Layout(int rows, int columns) {

        /** How many tiles it has. */
        public int tiles() {
            return rows * columns;
        }
    }

    /**
     * Pictures of one text, each cut into tiles.
     *
     * @param pixels [1, M, most tiles, 3, tile, tile]; zero where a picture has no tile
     * @param layouts int64 [1, M], from 1, as {@link #layouts()} counts them
     * @param tileMask int64 [1, M, most tiles], 1 where there is a tile
     * @param counts tiles of each picture
     */
    public record Tiles(Tensor pixels, Tensor layouts, Tensor tileMask, List<Integer> counts) {

        public Tiles {
            counts = List.copyOf(counts);
        }
    }

    public MllamaImageProcessor {
        if (maxTiles < 1 || maxTiles > MOST_TILES) {
            throw new IllegalArgumentException(
                    "max_image_tiles is " + maxTiles + "; a picture has 1 to " + MOST_TILES + " tiles");
        }
        if (tile < 1 || tile > ImageProcessor.LARGEST || (long) tile * tile * maxTiles > MOST_PIXELS) {
            throw new IllegalArgumentException("size is " + tile + "; tiles have 1 to " + ImageProcessor.LARGEST
                    + " pixels on a side, and " + maxTiles + " of them at most " + MOST_PIXELS + " pixels");
        }
    }

    /**
     * Reads {@code preprocessor_config.json}.
     *
     * @throws WeightException if a value is missing or impossible, or pictures are not to be resized or padded, which the model needs
     */
    public static MllamaImageProcessor read(ModelFolder folder) {
        JsonNode json = folder.json(FILE);
        try {
            for (String needed : new String[] {"do_resize", "do_pad"}) {
                if (!json.path(needed).asBoolean(true)) {
                    throw new IllegalArgumentException(
                            needed + " is false; pictures of Llama-Vision are always resized and padded");
                }
            }
            JsonNode size = json.path("size");
            int height = size.path("height").asInt(0);
            if (height != size.path("width").asInt(0)) {
                throw new IllegalArgumentException("size is " + size + "; tiles are squares");
            }
            return new MllamaImageProcessor(
                    json.hasNonNull("size") ? height : 224,
                    json.path("max_image_tiles").asInt(json.has("max_image_tiles") ? 0 : 4),
                    Resampling.of(json.path("resample").asInt(2)),
                    PixelLevels.read(json, HALVES));
        } catch (IllegalArgumentException e) {
            throw new WeightException(folder.path() + "/" + FILE + ": " + e.getMessage(), e);
        }
    }

    /** All layouts, in the order of their ids, which count from 1. */
    public List<Layout> layouts() {
        List<Layout> layouts = new ArrayList<>();
        for (int rows = 1; rows <= maxTiles; rows++) {
            for (int columns = 1; rows * columns <= maxTiles; columns++) {
                layouts.add(new Layout(rows, columns));
            }
        }
        return layouts;
    }

    /** The layout for a picture: the least enlargement, else the least shrinking; of equal ones the smallest canvas. */
    public Layout layout(int width, int height) {
        double best = 0;
        Layout chosen = new Layout(1, 1);
        for (Layout layout : layouts()) {
            double scale =
                    Math.min((double) (layout.rows() * tile) / height, (double) (layout.columns() * tile) / width);
            boolean better = best >= 1 ? scale >= 1 && scale < best : scale > best;
            if (better || (scale == best && layout.tiles() < chosen.tiles())) {
                best = scale;
                chosen = layout;
            }
        }
        return chosen;
    }

    /** The size that a picture has on its canvas. */
    ImageProcessor.Size fitted(int width, int height, Layout layout) {
        int canvasHeight = layout.rows() * tile;
        int canvasWidth = layout.columns() * tile;
        int targetHeight = Math.max(tile, Math.min(canvasHeight, height));
        int targetWidth = Math.max(tile, Math.min(canvasWidth, width));
        double scaleHeight = (double) targetHeight / height;
        double scaleWidth = (double) targetWidth / width;
        if (scaleWidth < scaleHeight) {
            int newHeight = Math.max(1, (int) Math.floor(height * scaleWidth));
            return new ImageProcessor.Size(Math.min(newHeight, targetHeight), targetWidth, false);
        }
        int newWidth = Math.max(1, (int) Math.floor(width * scaleHeight));
        return new ImageProcessor.Size(targetHeight, Math.min(newWidth, targetWidth), false);
    }

    /**
     * The pictures of one text as tiles.
     *
     * @param pictures at least one
     */
    public Tiles apply(TensorEngine engine, List<Picture> pictures) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("there is no picture to look at");
        }
        List<Layout> layouts = layouts();
        int area = 3 * tile * tile;
        long[] ids = new long[pictures.size()];
        long[] mask = new long[pictures.size() * maxTiles];
        List<Integer> counts = new ArrayList<>();
        List<Tensor> pixels = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            Picture picture = pictures.get(i);
            Layout layout = layout(picture.width(), picture.height());
            ImageProcessor.Size size = fitted(picture.width(), picture.height(), layout);
            Picture sized = resampling.resize(picture, size.width(), size.height());
            float[] values = new float[maxTiles * area];
            for (int t = 0; t < layout.tiles(); t++) {
                levels.cut(
                        sized,
                        t / layout.columns() * tile,
                        t % layout.columns() * tile,
                        new ImageProcessor.Size(tile, tile, false),
                        values,
                        t * area);
                mask[i * maxTiles + t] = 1;
            }
            ids[i] = layouts.indexOf(layout) + 1L;
            counts.add(layout.tiles());
            pixels.add(engine.tensor(values, 1, maxTiles, 3, tile, tile));
        }
        return new Tiles(
                engine.stack(pixels, 1),
                engine.tensor(ids, 1, ids.length),
                engine.tensor(mask, 1, ids.length, maxTiles),
                counts);
    }
}
