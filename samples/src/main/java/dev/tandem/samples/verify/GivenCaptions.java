package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The two tokenizers of a {@code joint.step} case: a table of strings, and for its captions the tokens that the case gives. */
final class GivenCaptions {

    private GivenCaptions() {}

    static CaptionDecoder decoder(JsonNode args) {
        return new Decoder(strings(args.path("llm_strings")), ids(args.path("llm_special_ids")));
    }

    static CaptionTokenizer tokenizer(JsonNode args, int maxLength) {
        return new Tokenizer(
                args.path("captions"),
                ids(args.path("sd_special_ids")),
                args.path("sd_pad_id").asInt(),
                maxLength,
                args.path("sd_strings").size());
    }

    private static Set<Integer> ids(JsonNode array) {
        Set<Integer> ids = new HashSet<>();
        array.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(text -> strings.add(text.asText()));
        return strings;
    }

    private static List<Span> spans(JsonNode array) {
        List<Span> spans = new ArrayList<>();
        array.forEach(
                pair -> spans.add(new Span(pair.get(0).asInt(), pair.get(1).asInt())));
        return spans;
    }

    private record Decoder(List<String> strings, Set<Integer> special) implements CaptionDecoder {

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
            return special.contains(id);
        }

        @Override
        public int vocabularySize() {
            return strings.size();
        }

        @Override
        public String fingerprint() {
            return "given";
        }
    }

    private record Tokenizer(JsonNode captions, Set<Integer> special, int padId, int maxLength, int vocabularySize)
            implements CaptionTokenizer {

        @Override
        public SpelledCaption tokenize(String text) {
            for (JsonNode caption : captions) {
                if (caption.path("text").asText().equals(text)) {
                    List<Integer> ids = new ArrayList<>();
                    caption.path("sd_ids").forEach(id -> ids.add(id.asInt()));
                    return new SpelledCaption(text, ids, spans(caption.path("sd_spans")));
                }
            }
            throw new ParityMismatch("the argmax spells the caption '" + text + "', which the case does not have");
        }

        @Override
        public boolean isSpecial(int id) {
            return special.contains(id);
        }

        @Override
        public String fingerprint() {
            return "given";
        }
    }
}
