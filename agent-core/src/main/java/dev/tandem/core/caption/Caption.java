package dev.tandem.core.caption;

import java.util.List;

/**
 * What a photo is to show, in words.
 *
 * @param text not blank, without markers
 * @param tokenIds the language model's tokens between the markers; empty for a caption that no model wrote
 */
public record Caption(String text, List<Integer> tokenIds) {

    /** A caption that a person wrote. */
    public static Caption of(String text) {
        return new Caption(text.strip(), List.of());
    }

    public Caption {
        tokenIds = List.copyOf(tokenIds);
        if (text.isBlank()) {
            throw new IllegalArgumentException("a caption is not empty");
        }
    }
}
