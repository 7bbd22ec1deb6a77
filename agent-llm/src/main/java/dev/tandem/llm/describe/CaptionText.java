package dev.tandem.llm.describe;

import dev.tandem.llm.decode.Spelling;
import dev.tandem.llm.prompt.TextTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Spells a caption with its first words, where wanted without the blanks that BERT's tokenizer leaves around punctuation, as transformers'
 * {@code clean_up_tokenization} does. What a later token could still change is held back.
 */
final class CaptionText implements Spelling {

    /** What is replaced, one after the other, with what. */
    private static final String[][] TIDY = {
        {" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"},
        {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}
    };

    /** Characters at the end that may belong to what will be replaced: in {@code " n ' t"} all before the t. */
    private static final int UNSURE = 5;

    private final TextTokens tokens;
    private final List<Integer> ids;
    private final boolean tidied;
    private int given;

    /**
     * Begins a caption.
     *
     * @param first tokens of its first words
     * @param tidied whether blanks are taken out
     */
    CaptionText(TextTokens tokens, int[] first, boolean tidied) {
        this.tokens = tokens;
        this.ids = Arrays.stream(first).boxed().collect(Collectors.toCollection(ArrayList::new));
        this.tidied = tidied;
    }

    @Override
    public String add(int id) {
        ids.add(id);
        String text = text().stripLeading();
        return give(text, text.length() - UNSURE);
    }

    @Override
    public String finish() {
        String text = text().strip();
        return give(text, text.length());
    }

    private String give(String text, int end) {
        String piece = end > given ? text.substring(given, end) : "";
        given = Math.max(given, end);
        return piece;
    }

    private String text() {
        String text = tokens.text(ids);
        for (int i = 0; tidied && i < TIDY.length; i++) {
            text = text.replace(TIDY[i][0], TIDY[i][1]);
        }
        return text;
    }
}
