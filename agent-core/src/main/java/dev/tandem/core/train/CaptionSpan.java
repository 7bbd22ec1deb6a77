package dev.tandem.core.train;

/**
 * Where a caption's tokens stand in a batch of dialogues: strictly between {@code [IMG]} and {@code [/IMG]}. The logits at position
 * i predict token i + 1, so the caption's distributions are those from {@code start - 1} up to, not including, {@code end - 1}.
 *
 * @param row the dialogue
 * @param start position of the first caption token
 * @param end one past the last
 */
public record CaptionSpan(int row, int start, int end) {

    public CaptionSpan {
        if (row < 0 || start < 1 || end <= start) {
            throw new IllegalArgumentException("a caption has at least one token after its marker, got row " + row
                    + ", tokens " + start + " to " + end);
        }
    }

    /** Number of caption tokens, n. */
    public int length() {
        return end - start;
    }
}
