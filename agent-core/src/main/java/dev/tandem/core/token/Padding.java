package dev.tandem.core.token;

import dev.tandem.core.stage.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How rows are filled up to one length.
 *
 * @param length tokens of a row; 0 for the longest of the batch. Longer rows stay as they are
 * @param multipleOf the length is rounded up to a multiple of this; 1 for none
 * @param side where the filling goes
 * @param padId the token that fills
 */
public record Padding(int length, int multipleOf, Side side, int padId) {

    private static final Span NOTHING = new Span(0, 0);

    public Padding {
        if (length < 0 || multipleOf < 1 || padId < 0) {
            throw new IllegalArgumentException(
                    "padding needs a length and an id of 0 or more and a multiple of 1 or more, got " + length + ", "
                            + padId + " and " + multipleOf);
        }
    }

    /** Fills the end. */
    public static Padding to(int length, int padId) {
        return new Padding(length, 1, Side.RIGHT, padId);
    }

    /** A batch with all rows filled. */
    public List<Encoded> pad(List<Encoded> rows) {
        int wanted = length > 0
                ? length
                : rows.stream().mapToInt(r -> r.ids().size()).max().orElse(0);
        int target = (wanted + multipleOf - 1) / multipleOf * multipleOf;
        return rows.stream().map(row -> pad(row, target - row.ids().size())).toList();
    }

    private Encoded pad(Encoded row, int missing) {
        return missing <= 0
                ? row
                : new Encoded(
                        joined(row.ids(), padId, missing),
                        joined(row.spans(), NOTHING, missing),
                        joined(row.attentionMask(), 0, missing));
    }

    private <T> List<T> joined(List<T> row, T filling, int missing) {
        List<T> all = new ArrayList<>(row.size() + missing);
        all.addAll(side == Side.LEFT ? Collections.nCopies(missing, filling) : row);
        all.addAll(side == Side.LEFT ? row : Collections.nCopies(missing, filling));
        return all;
    }
}
