package dev.tandem.core.caption;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How captions are marked in the text of a dialogue, and how text is kept from looking like a marker.
 *
 * <p>Markers count only as token ids that the model emitted. {@link #escape} is the second lock: models that read markers as text, and
 * tokenizers that match added tokens anywhere, then see none in what a person typed. Compared are folded characters, so that other
 * cases, full-width letters and letters joined by invisible characters are found too.
 *
 * @param begin such as {@code [IMG]}
 * @param end such as {@code [/IMG]}
 */
public record CaptionMarkup(String begin, String end) {

    public CaptionMarkup {
        if (fold(begin).text().isEmpty()
                || fold(end).text().isEmpty()
                || fold(begin).text().equals(fold(end).text())) {
            throw new IllegalArgumentException(
                    "markers are two different visible strings, got '" + begin + "' and '" + end + "'");
        }
    }

    /** A caption between its markers. */
    public String mark(String caption) {
        return begin + " " + escape(caption.strip()) + " " + end;
    }

    /** The text with a blank after the first character of everything that looks like a marker; other text as it is. */
    public String escape(String text) {
        String escaped = text;
        // a blank may move two halves together only by being removed, never by being added: one pass for each marker is
        // enough
        for (String marker : List.of(begin, end)) {
            escaped = escape(escaped, fold(marker).text());
        }
        return escaped;
    }

    /** Whether something in the text looks like a marker. */
    public boolean isMarkedUp(String text) {
        String folded = fold(text).text();
        return folded.contains(fold(begin).text()) || folded.contains(fold(end).text());
    }

    private static String escape(String text, String marker) {
        Folded folded = fold(text);
        if (!folded.text().contains(marker)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text);
        int shift = 0;
        for (int at = folded.text().indexOf(marker); at >= 0; at = folded.text().indexOf(marker, at + 1)) {
            int first = folded.origins().get(at);
            int after = first + Character.charCount(text.codePointAt(first));
            out.insert(after + shift, ' ');
            shift++;
        }
        return out.toString();
    }

    /**
     * Text as it is compared.
     *
     * @param text folded
     * @param origins for each of its chars, the index in the text that it came from
     */
    private record Folded(String text, List<Integer> origins) {}

    private static Folded fold(String text) {
        StringBuilder folded = new StringBuilder(text.length());
        List<Integer> origins = new ArrayList<>(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!isInvisible(c)) {
                String plain = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC)
                        .toLowerCase(Locale.ROOT);
                folded.append(plain);
                for (int k = 0; k < plain.length(); k++) {
                    origins.add(i);
                }
            }
            i += Character.charCount(c);
        }
        return new Folded(folded.toString(), origins);
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.CONTROL, Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            // Hangul fillers are letters that show nothing
            default -> c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
        };
    }
}
