package dev.tandem.bridge.vocab;

/** What one caption's soft part P [m, V_S] is made of; only numbers that are not zero are held. */
public sealed interface VocabularyTransform permits SparseTransform, MappedTransform {

    /** How many numbers it holds. */
    int size();
}
