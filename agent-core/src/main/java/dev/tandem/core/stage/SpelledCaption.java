package dev.tandem.core.stage;

import java.util.List;

/**
 * Tokens with the text that they spell, in one of the two vocabularies.
 *
 * @param text the caption
 * @param ids token ids, special ones included
 * @param spans one for each token; empty for tokens that spell nothing
 */
public record SpelledCaption(String text, List<Integer> ids, List<Span> spans) {

    public SpelledCaption {
        ids = List.copyOf(ids);
        spans = List.copyOf(spans);
        if (ids.size() != spans.size()) {
            throw new IllegalArgumentException(
                    "each token has one span, got " + ids.size() + " tokens and " + spans.size() + " spans");
        }
    }
}
