package dev.tandem.core.stage;

import java.util.List;

/** The language model's side of the bridge: what a run of its caption tokens spells. */
public interface CaptionDecoder {

    /** Spells tokens; special ones spell nothing. */
    SpelledCaption spell(List<Integer> ids);

    /** Whether an id is a special token, which the transformation matrix leaves out. */
    boolean isSpecial(int id);

    /** Size of the vocabulary, V_L. */
    int vocabularySize();

    /** Names the vocabulary; equal for equal tokenizers (a content hash), as a cache key. */
    String fingerprint();
}
