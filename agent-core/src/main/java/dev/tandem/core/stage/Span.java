package dev.tandem.core.stage;

/**
 * A piece of a caption, in Unicode code points; empty (start = end) for a special token.
 *
 * @param start first code point
 * @param end one past the last
 */
public record Span(int start, int end) {

    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("a span runs from start to end, got " + start + " to " + end);
        }
    }

    /** Number of code points. */
    public int length() {
        return end - start;
    }

    /** How many code points both cover. */
    public int overlap(Span other) {
        return Math.max(0, Math.min(end, other.end) - Math.max(start, other.start));
    }
}
