package dev.tandem.core.token;

/**
 * How long texts are cut.
 *
 * @param maxLength tokens that are left, added special tokens included
 * @param order which text of a pair is cut
 * @param side where it is cut
 */
public record Truncation(int maxLength, Order order, Side side) {

    /** Which text of a pair gives way. */
    public enum Order {
        LONGEST_FIRST,
        ONLY_FIRST,
        ONLY_SECOND
    }

    public Truncation {
        if (maxLength < 1) {
            throw new IllegalArgumentException("at least one token must be left, got " + maxLength);
        }
    }

    /** Cuts the end off. */
    public static Truncation to(int maxLength) {
        return new Truncation(maxLength, Order.LONGEST_FIRST, Side.RIGHT);
    }
}
