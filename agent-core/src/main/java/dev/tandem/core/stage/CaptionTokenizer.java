package dev.tandem.core.stage;

/** The diffusion model's side of the bridge: how its text encoder's tokenizer splits a caption. */
public interface CaptionTokenizer {

    /**
     * Tokenizes a caption, with begin and end tokens, cut to {@link #maxLength()} and without padding.
     *
     * @return ids and the span of each in the text
     */
    SpelledCaption tokenize(String text);

    /** Whether an id is a special token (begin, end, padding), which the transformation matrix leaves out. */
    boolean isSpecial(int id);

    /** The id that fills a row up to {@link #maxLength()}. */
    int padId();

    /** Tokens that the text encoder takes, S. */
    int maxLength();

    /** Size of the vocabulary, V_S. */
    int vocabularySize();

    /** Names the vocabulary; equal for equal tokenizers (a content hash), as a cache key. */
    String fingerprint();
}
