package dev.tandem.diffusion.text;

import dev.tandem.core.token.TextTokenizer;
import dev.tandem.core.token.Truncation;
import java.nio.file.Path;

/** The tokenizer of T5 (Raffel et al. 2020): pieces of a unigram model and an end token; rows of S tokens, cut and padded. */
public final class T5Tokenizer implements PromptTokenizer {

    private final TextTokenizer tokenizer;
    private final int length;
    private final int padId;

    private T5Tokenizer(TextTokenizer tokenizer, int length) {
        this.tokenizer = tokenizer;
        this.length = length;
        this.padId = tokenizer.specialId("pad_token").orElse(0);
    }

    /**
     * Reads a tokenizer's folder.
     *
     * @param length S, tokens of a row
     * @throws dev.tandem.core.weights.WeightException if it is missing or damaged
     */
    public static T5Tokenizer load(Path folder, int length) {
        return new T5Tokenizer(TextTokenizer.load(folder, Truncation.to(length)), length);
    }

    @Override
    public Row row(String text) {
        return Row.of(tokenizer, text, length, padId);
    }

    @Override
    public int maxLength() {
        return length;
    }

    @Override
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
