package dev.tandem.diffusion.text;

import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.token.Encoded;
import dev.tandem.core.token.TextTokenizer;
import java.nio.file.Path;
import java.util.List;

/**
 * The tokenizer of CLIP's text encoder (Radford et al. 2021): lower case, byte pairs, begin and end tokens; rows of S tokens, cut and
 * padded. Equal to transformers' CLIPTokenizerFast, from its {@code tokenizer.json} or from {@code vocab.json} and {@code merges.txt}.
 */
public final class ClipTokenizer implements CaptionTokenizer, PromptTokenizer {

    private static final int PUBLISHED_LENGTH = 77;

    private final TextTokenizer tokenizer;
    private final int maxLength;
    private final int padId;

    private ClipTokenizer(TextTokenizer tokenizer, int maxLength) {
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.padId = tokenizer
                .specialId("pad_token")
                .orElseGet(() -> tokenizer.specialId("eos_token").orElse(0));
    }

    /**
     * Reads a {@code tokenizer} folder; its rows have {@code model_max_length} tokens.
     *
     * @throws dev.tandem.core.weights.WeightException if it is missing or damaged
     */
    public static ClipTokenizer load(Path folder) {
        TextTokenizer tokenizer = TextTokenizer.loadCutting(folder, PUBLISHED_LENGTH);
        return new ClipTokenizer(tokenizer, tokenizer.modelMaxLength().orElse(PUBLISHED_LENGTH));
    }

    @Override
    public SpelledCaption tokenize(String text) {
        Encoded encoded = tokenizer.encode(text, true);
        return new SpelledCaption(text, encoded.ids(), encoded.spans());
    }

    @Override
    public Row row(String text) {
        return Row.of(tokenizer, text, maxLength, padId);
    }

    /** The text of ids without special tokens, in lower case and with one blank between words. */
    public String text(List<Integer> ids) {
        return tokenizer.decode(ids, true);
    }

    @Override
    public boolean isSpecial(int id) {
        return tokenizer.isSpecial(id);
    }

    @Override
    public int padId() {
        return padId;
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    @Override
    public String fingerprint() {
        return tokenizer.fingerprint() + "/" + maxLength;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
