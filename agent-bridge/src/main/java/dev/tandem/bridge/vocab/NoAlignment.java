package dev.tandem.bridge.vocab;

import java.util.List;

/** The pipeline baseline: P is zero, no gradient crosses the bridge. */
public record NoAlignment() implements VocabularyAlignment {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public VocabularyTransform align(CaptionPair caption) {
        return new SparseTransform(true, List.of(SparseTransform.Row.EMPTY));
    }
}
