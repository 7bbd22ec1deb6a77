package dev.tandem.bridge.vocab;

/**
 * A kind of vocabulary transformation matrix M: which LLM tokens of a caption push which diffusion tokens.
 *
 * <p>The conditioning is in the forward direction always that of the diffusion tokens; only the gradient runs through M (equation 5):
 * {@code R = onehot(s) - sg[P] + P}. The kinds differ in P.
 */
public interface VocabularyAlignment {

    /** The name in configurations: {@code sentence}, {@code word}, {@code lexical} or {@code none}. */
    String name();

    /** The transform of one caption. */
    VocabularyTransform align(CaptionPair caption);
}
