package dev.tandem.bridge.vocab;

import java.util.ArrayList;
import java.util.List;

/**
 * Equation 3 made usable: row k draws on the LLM positions that {@link WordAlignment} gives it, mapped by a static matrix over the
 * whole vocabularies, so that the gradient reaches every word that the language model could have said instead.
 *
 * @param map the static matrix
 */
public record LexicalAlignment(LexicalMap map) implements VocabularyAlignment {

    @Override
    public String name() {
        return "lexical";
    }

    @Override
    public VocabularyTransform align(CaptionPair caption) {
        int n = caption.llm().ids().size();
        List<float[]> weights = new ArrayList<>();
        for (int k = 0; k < caption.diffusion().ids().size(); k++) {
            float[] row = new float[n];
            for (int i = 0; i < n; i++) {
                row[i] = (float) caption.overlap(k, i);
            }
            weights.add(row);
        }
        return new MappedTransform(weights);
    }
}
