package dev.tandem.bridge.vocab;

import java.util.List;

/**
 * {@code P = w r M} with a static map M over the whole vocabularies: diffusion position k draws on the LLM positions that overlap it,
 * with all that they could have said.
 *
 * @param weights w [m, n]: row k holds the weight of each LLM position
 */
public record MappedTransform(List<float[]> weights) implements VocabularyTransform {

    public MappedTransform {
        weights = List.copyOf(weights);
    }

    @Override
    public int size() {
        return weights.stream().mapToInt(row -> row.length).sum();
    }
}
