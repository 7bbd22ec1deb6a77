package dev.tandem.samples.bench;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two vocabularies without words: a language model's token is spelled by its number, and each text has some diffusion tokens that depend on nothing but it. */
final class NumberedWords {

    private NumberedWords() {}

    /** Token 42 is "42 ". */
    record Decoder(int vocabularySize) implements CaptionDecoder {

        @Override
        public SpelledCaption spell(List<Integer> ids) {
            StringBuilder text = new StringBuilder();
            List<Span> spans = new ArrayList<>(ids.size());
            for (int id : ids) {
                int start = text.length();
                text.append(id).append(' ');
                spans.add(new Span(start, text.length()));
            }
            return new SpelledCaption(text.toString(), ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return false;
        }

        @Override
        public String fingerprint() {
            return "numbers";
        }
    }

    /**
     * Every text has {@code tokens} tokens, begin and end among them; the last two of the vocabulary are begin and end.
     *
     * @param maxLength S
     */
    record Tokenizer(int vocabularySize, int tokens, int maxLength) implements CaptionTokenizer {

        @Override
        public SpelledCaption tokenize(String text) {
            SplittableRandom random = new SplittableRandom(text.hashCode());
            List<Integer> ids = new ArrayList<>(tokens);
            List<Span> spans = new ArrayList<>(tokens);
            ids.add(vocabularySize - 2);
            spans.add(new Span(0, 0));
            for (int i = 0; i < tokens - 2; i++) {
                ids.add(random.nextInt(vocabularySize - 2));
                spans.add(new Span(text.length() * i / (tokens - 2), text.length() * (i + 1) / (tokens - 2)));
            }
            ids.add(vocabularySize - 1);
            spans.add(new Span(0, 0));
            return new SpelledCaption(text, ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return id >= vocabularySize - 2;
        }

        @Override
        public int padId() {
            return vocabularySize - 1;
        }

        @Override
        public String fingerprint() {
            return "numbers";
        }
    }
}
