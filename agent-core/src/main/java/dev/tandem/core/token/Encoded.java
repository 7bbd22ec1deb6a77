package dev.tandem.core.token;

import dev.tandem.core.stage.Span;
import java.util.List;

/**
 * A text as tokens.
 *
 * @param ids token ids
 * @param spans the place of each in the text, in code points; empty for tokens that the text does not hold
 * @param attentionMask 1 for tokens, 0 for padding
 */
public record Encoded(List<Integer> ids, List<Span> spans, List<Integer> attentionMask) {

    public Encoded {
        ids = List.copyOf(ids);
        spans = List.copyOf(spans);
        attentionMask = List.copyOf(attentionMask);
        if (ids.size() != spans.size() || ids.size() != attentionMask.size()) {
            throw new IllegalArgumentException("each token has one span and one mask value, got " + ids.size()
                    + " ids, " + spans.size() + " spans and " + attentionMask.size() + " mask values");
        }
    }

    /** The ids as an array. */
    public int[] idArray() {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
