package dev.tandem.llm.decode;

import dev.tandem.llm.model.PaddingMask;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of one batch, filled up on the left to the longest, so that all go on in the same column.
 *
 * @param rows [B, T]
 * @param padding which tokens are real, or null for all
 */
record LeftPadded(int[][] rows, @Nullable PaddingMask padding) {

    private static final int FILLING = 0; // hidden from every real token, so any id will do

    static LeftPadded of(List<int[]> prompts) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
        boolean equal = prompts.stream().allMatch(prompt -> prompt.length == longest);
        int[][] rows = new int[prompts.size()][longest];
        long[] mask = new long[Math.multiplyExact(prompts.size(), longest)];
        for (int row = 0; row < rows.length; row++) {
            int[] prompt = prompts.get(row);
            int missing = longest - prompt.length;
            Arrays.fill(rows[row], 0, missing, FILLING);
            System.arraycopy(prompt, 0, rows[row], missing, prompt.length);
            Arrays.fill(mask, row * longest + missing, (row + 1) * longest, 1);
        }
        return new LeftPadded(rows, equal ? null : PaddingMask.of(mask, rows.length, longest));
    }
}
