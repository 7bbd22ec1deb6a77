package dev.tandem.llm.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which tokens of a prompt see which pictures: those from a picture's place up to the next picture; pictures side by side are seen together. Equal to
 * {@code get_cross_attention_token_mask} and {@code convert_sparse_cross_attention_mask_to_dense} of transformers' {@code processing_mllama.py}.
 */
public final class CrossAttentionMask {

    private CrossAttentionMask() {}

    /** Where the pictures are in a prompt. */
    public static int[] places(int[] prompt, int imageId) {
        return IntStream.range(0, prompt.length)
                .filter(i -> prompt[i] == imageId)
                .toArray();
    }

    /**
     * The mask, [1, T, M, tiles] in row-major order, 1 where a token sees a tile.
     *
     * @param length T, tokens of the prompt
     * @param places where the M pictures are in it
     * @param counts tiles of each picture
     * @param maxTiles most tiles of a picture
     */
    public static long[] of(int length, int[] places, List<Integer> counts, int maxTiles) {
        int pictures = places.length;
        long[] mask = new long[Math.multiplyExact(length, pictures * maxTiles)];
        int end = length;
        int[] ends = new int[pictures];
        for (int i = pictures - 1; i >= 0; i--) {
            int next = i + 1 < pictures ? places[i + 1] : length;
            ends[i] = next == places[i] + 1 ? end : next;
            end = ends[i];
        }
        for (int i = 0; i < pictures; i++) {
            for (int t = places[i]; t < ends[i]; t++) {
                int at = (t * pictures + i) * maxTiles;
                Arrays.fill(mask, at, at + counts.get(i), 1);
            }
        }
        return mask;
    }
}
