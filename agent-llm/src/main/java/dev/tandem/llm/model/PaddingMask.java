package dev.tandem.llm.model;

import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a batch are real: {@code attention_mask} [B, T] of the reference implementations, kept on the Java side.
 */
public final class PaddingMask {

    private final boolean[][] real;
    private final int columns;

    private PaddingMask(boolean[][] real, int columns) {
        this.real = real;
        this.columns = columns;
    }

    /** Every token is real. */
    public static PaddingMask none(int rows, int columns) {
        boolean[][] real = new boolean[rows][columns];
        for (boolean[] row : real) {
            Arrays.fill(row, true);
        }
        return new PaddingMask(real, columns);
    }

    /**
     * Reads an attention mask.
     *
     * @param mask row-major values, 0 for padding
     */
    public static PaddingMask of(long[] mask, int rows, int columns) {
        if (mask.length != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "an attention mask of " + rows + " x " + columns + " tokens has " + mask.length + " values");
        }
        boolean[][] real = new boolean[rows][columns];
        for (int i = 0; i < mask.length; i++) {
            real[i / columns][i % columns] = mask[i] != 0;
        }
        return new PaddingMask(real, columns);
    }

    public int rows() {
        return real.length;
    }

    public int columns() {
        return columns;
    }

    boolean real(int row, int column) {
        return real[row][column];
    }

    /**
     * Whether a real token follows padding somewhere. Where it does not, the causal mask hides the padding from every real token
     * already, and no other mask is needed.
     */
    boolean hidesSomething() {
        for (boolean[] row : real) {
            boolean padding = false;
            for (boolean r : row) {
                if (padding && r) {
                    return true;
                }
                padding |= !r;
            }
        }
        return false;
    }

    /** This mask with some more real tokens at the end of each row. */
    PaddingMask extended(int tokens) {
        boolean[][] longer = new boolean[real.length][];
        for (int row = 0; row < real.length; row++) {
            longer[row] = Arrays.copyOf(real[row], columns + tokens);
            Arrays.fill(longer[row], columns, columns + tokens, true);
        }
        return new PaddingMask(longer, columns + tokens);
    }

    /** Position of each token of the last {@code tokens} columns, counted from the first real one of its row; row-major. */
    long[] positions(int tokens) {
        long[] positions = new long[Math.multiplyExact(real.length, tokens)];
        for (int row = 0; row < real.length; row++) {
            long position = -1;
            for (int column = 0; column < columns; column++) {
                position += real[row][column] ? 1 : 0;
                int at = column - (columns - tokens);
                if (at >= 0) {
                    positions[row * tokens + at] = Math.max(position, 0);
                }
            }
        }
        return positions;
    }

    /** Real tokens of the row that has the most. */
    int longestRow() {
        int longest = 0;
        for (boolean[] row : real) {
            int count = 0;
            for (boolean r : row) {
                count += r ? 1 : 0;
            }
            longest = Math.max(longest, count);
        }
        return longest;
    }

    /** The rows with these indices, in this order. */
    PaddingMask select(int[] rows) {
        boolean[][] selected = new boolean[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            selected[i] = real[rows[i]].clone();
        }
        return new PaddingMask(selected, columns);
    }

    /**
     * The mask of token ids if one is needed; null where it would hide nothing that the causal mask does not hide.
     *
     * @param padding which tokens are real, or null for all
     * @throws IllegalArgumentException if the ids are no [B, T], or the mask does not fit them
     */
    static @Nullable PaddingMask needed(Tensor ids, @Nullable PaddingMask padding) {
        requireFits(ids, padding);
        return padding != null && padding.hidesSomething() ? padding : null;
    }

    private static void requireFits(Tensor ids, @Nullable PaddingMask padding) {
        if (ids.rank() != 2 || ids.size(1) == 0) {
            throw new IllegalArgumentException(
                    "token ids have the shape [B, T] with T at least 1, got " + Shapes.toString(ids.shape()));
        }
        if (padding != null && (padding.rows() != ids.size(0) || padding.columns() != ids.size(1))) {
            throw new IllegalArgumentException("the padding mask is " + padding.rows() + " x " + padding.columns()
                    + ", the token ids are " + ids.size(0) + " x " + ids.size(1));
        }
    }
}
