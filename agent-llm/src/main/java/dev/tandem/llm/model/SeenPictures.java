package dev.tandem.llm.model;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.MllamaImageProcessor;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts pictures before a model's eyes, for prompts and for batches of dialogues.
 *
 * @param model looks
 * @param processor makes pictures into tiles
 * @param imageId the token in whose place a picture is
 */
public record SeenPictures(Mllama model, MllamaImageProcessor processor, int imageId) {

    /**
     * The decoder with pictures before its eyes; close it.
     *
     * @param rows the tokens of each row, of equal length
     * @param pictures of each row in the order of their places, at least one in all
     * @throws IllegalArgumentException if a row has more or fewer places than pictures
     */
    public CausalLm looking(TensorEngine engine, List<int[]> rows, List<List<Picture>> pictures) {
        int most = pictures.stream().mapToInt(List::size).max().orElse(0);
        int columns = rows.get(0).length;
        int tiles = processor.maxTiles();
        int side = processor.tile();
        long[] layouts = new long[rows.size() * most];
        long[] tileMask = new long[layouts.length * tiles];
        long[] visible = new long[Math.multiplyExact(rows.size() * columns, most * tiles)];
        List<Tensor> pixels = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            List<Picture> seen = pictures.get(row);
            int[] places = CrossAttentionMask.places(rows.get(row), imageId);
            if (places.length != seen.size()) {
                throw new IllegalArgumentException("a dialogue has " + seen.size() + " pictures and " + places.length
                        + " places for them; each picture needs one");
            }
            if (seen.isEmpty()) {
                pixels.add(engine.full(0, 1, most, tiles, 3, side, side));
                continue;
            }
            MllamaImageProcessor.Tiles cut = processor.apply(engine, seen);
            System.arraycopy(cut.layouts().toLongArray(), 0, layouts, row * most, seen.size());
            System.arraycopy(cut.tileMask().toLongArray(), 0, tileMask, row * most * tiles, seen.size() * tiles);
            long[] mask = CrossAttentionMask.of(columns, places, cut.counts(), tiles);
            int width = seen.size() * tiles;
            for (int t = 0; t < columns; t++) {
                System.arraycopy(mask, t * width, visible, (row * columns + t) * most * tiles, width);
            }
            int missing = most - seen.size();
            pixels.add(
                    missing == 0
                            ? cut.pixels()
                            : engine.cat(List.of(cut.pixels(), engine.full(0, 1, missing, tiles, 3, side, side)), 1));
        }
        return model.looking(
                new Mllama.Pictures(
                        engine.cat(pixels, 0),
                        engine.tensor(layouts, rows.size(), most),
                        engine.tensor(tileMask, rows.size(), most, tiles)),
                engine.tensor(visible, rows.size(), columns, most, tiles));
    }
}
