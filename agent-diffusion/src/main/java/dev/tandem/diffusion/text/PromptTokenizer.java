package dev.tandem.diffusion.text;

import dev.tandem.core.stage.Span;
import java.util.List;

/** What turns prompts into the rows of tokens that a text encoder reads. */
public interface PromptTokenizer extends AutoCloseable {

    /** The encoder's input [S]: cut to {@link #maxLength()} tokens, or filled up. */
    List<Integer> padded(String text);

    /** The end of a text that {@link #padded} leaves out; empty where it takes all. */
    String rest(String text);

    /** S. */
    int maxLength();

    /** V: one more than the largest id. */
    int vocabularySize();

    /** Frees the library's memory. */
    @Override
    void close();

    /**
     * What is left of a text after its tokens.
     *
     * @param spans of the tokens, in code points
     */
    static String after(String text, List<Span> spans) {
        int end = spans.stream().mapToInt(Span::end).max().orElse(0);
        return text.substring(text.offsetByCodePoints(0, end)).strip();
    }
}
