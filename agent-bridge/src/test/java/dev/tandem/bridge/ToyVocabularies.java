package dev.tandem.bridge;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Two small tokenizers that split the same words differently. */
public final class ToyVocabularies {

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

    private ToyVocabularies() {}

    /** A blank before the start of a word (metaspace style); ids 0 and 1 are special. */
    public static final class Decoder implements CaptionDecoder {
        public final List<String> strings;

        public Decoder() {
            Set<String> all = new LinkedHashSet<>(
                    List.of("<s>", "</s>", " rainbow", " rain", "bow", " light", "house", " dog", "gy", " two"));
            LETTERS.chars().forEach(c -> all.add(Character.toString(c)));
            LETTERS.chars().forEach(c -> all.add(" " + Character.toString(c)));
            strings = List.copyOf(all);
        }

        @Override
        public SpelledCaption spell(List<Integer> ids) {
            StringBuilder text = new StringBuilder();
            List<Span> spans = new ArrayList<>();
            for (int id : ids) {
                int start = text.length();
                text.append(isSpecial(id) ? "" : strings.get(id));
                spans.add(new Span(start, text.length()));
            }
            return new SpelledCaption(text.toString(), ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return id < 2;
        }

        @Override
        public int vocabularySize() {
            return strings.size();
        }

        @Override
        public String fingerprint() {
            return "toy-llm";
        }

        public int id(String piece) {
            return strings.indexOf(piece);
        }
    }

    /** {@code </w>} at the end of a word (CLIP style), longest piece first; ids 0 and 1 are begin and end. */
    public static final class Tokenizer implements CaptionTokenizer {
        public final List<String> strings;
        private final int length;

        public Tokenizer(int length) {
            this.length = length;
            Set<String> all = new LinkedHashSet<>(
                    List.of("<begin>", "<end>", "rain", "bow</w>", "lighthouse</w>", "dog</w>", "ra", "two</w>"));
            LETTERS.chars().forEach(c -> all.add(Character.toString(c)));
            LETTERS.chars().forEach(c -> all.add(Character.toString(c) + "</w>"));
            strings = List.copyOf(all);
        }

        @Override
        public SpelledCaption tokenize(String text) {
            List<Integer> ids = new ArrayList<>(List.of(0));
            List<Span> spans = new ArrayList<>(List.of(new Span(0, 0)));
            int at = 0;
            while (at < text.length()) {
                if (text.charAt(at) == ' ') {
                    at++;
                    continue;
                }
                int end = text.indexOf(' ', at) < 0 ? text.length() : text.indexOf(' ', at);
                int stop = end;
                while (strings.indexOf(text.substring(at, stop) + (stop == end ? "</w>" : "")) < 0) {
                    stop--;
                }
                ids.add(strings.indexOf(text.substring(at, stop) + (stop == end ? "</w>" : "")));
                spans.add(new Span(at, stop));
                at = stop;
            }
            int kept = Math.min(ids.size(), length - 1);
            ids = new ArrayList<>(ids.subList(0, kept));
            spans = new ArrayList<>(spans.subList(0, kept));
            ids.add(1);
            spans.add(new Span(0, 0));
            return new SpelledCaption(text, ids, spans);
        }

        @Override
        public boolean isSpecial(int id) {
            return id < 2;
        }

        @Override
        public int padId() {
            return 1;
        }

        @Override
        public int maxLength() {
            return length;
        }

        @Override
        public int vocabularySize() {
            return strings.size();
        }

        @Override
        public String fingerprint() {
            return "toy-clip";
        }
    }
}
