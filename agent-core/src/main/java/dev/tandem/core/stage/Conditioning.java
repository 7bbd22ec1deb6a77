package dev.tandem.core.stage;

import java.util.List;

/**
 * What the text encoder is fed.
 *
 * @param caption the words, for encoders with tokenizers of their own and for messages
 * @param tokenIds the caption in the diffusion tokenizer, with begin and end tokens, cut to {@link CaptionTokenizer#maxLength()} and
 *     without padding
 */
public record Conditioning(String caption, List<Integer> tokenIds) {

    public Conditioning {
        tokenIds = List.copyOf(tokenIds);
    }
}
