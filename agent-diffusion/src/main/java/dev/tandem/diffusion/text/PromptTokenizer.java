package dev.tandem.diffusion.text;

import dev.tandem.core.stage.Span;
import dev.tandem.core.token.Encoded;
import dev.tandem.core.token.Padding;
import dev.tandem.core.token.TextTokenizer;
import java.util.List;

/** What turns prompts into the rows of tokens that a text encoder reads. */
public interface PromptTokenizer extends AutoCloseable {

    /**
     * A prompt as a text encoder reads it.
     *
     * @param ids the encoder's input [S]: cut to {@link #maxLength()} tokens, or filled up
     * @param rest the end of the text that they leave out; empty where they hold all of it
     */
    record Row(List<Integer> ids, String rest) {

        public Row {
            ids = List.copyOf(ids);
        }

        /**
         * Encodes a text.
         *
         * @param tokenizer cuts texts to {@code length} tokens
         * @param padId fills shorter ones
         */
        static Row of(TextTokenizer tokenizer, String text, int length, int padId) {
            Encoded encoded = tokenizer.encode(text, true);
            return new Row(
                    Padding.to(length, padId).pad(List.of(encoded)).get(0).ids(),
                    encoded.ids().size() < length ? "" : after(text, encoded.spans()));
        }
    }

    /** Encodes a prompt. */
    Row row(String text);

    /** The ids of {@link #row}. */
    default List<Integer> padded(String text) {
        return row(text).ids();
    }

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
