package dev.tandem.core.caption;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Separates words and captions in text that a hosted language model streams. Such a model has no marker tokens of ours: it was asked to write them as
 * text, in any case and cut anywhere by its tokenizer. What could be the beginning of a marker is held back until more comes; what a person typed is
 * never parsed.
 *
 * <p>Each word of a caption counts as one token.
 */
public final class MarkedTextParser {

    private static final Pattern WORD = Pattern.compile("\\s*\\S+|\\s+");

    private final CaptionParser parser;
    private final String begin;
    private final String end;
    private final StringBuilder held = new StringBuilder();

    /**
     * A parser for one turn.
     *
     * @param markup the markers
     * @param parser for the same turn
     */
    public MarkedTextParser(CaptionMarkup markup, CaptionParser parser) {
        this.parser = parser;
        this.begin = markup.begin().toLowerCase(Locale.ROOT);
        this.end = markup.end().toLowerCase(Locale.ROOT);
    }

    /** The model wrote more. */
    public void text(String piece) {
        held.append(piece);
        while (true) {
            int at = next();
            if (at < 0) {
                break;
            }
            boolean opens = starts(begin, at);
            say(held.substring(0, at));
            held.delete(0, at + (opens ? begin : end).length());
            if (opens) {
                parser.begin();
            } else {
                parser.end();
            }
        }
        int sure = held.length() - undecided();
        say(held.substring(0, sure));
        held.delete(0, sure);
    }

    /** The turn is over; a caption that is still open is text. */
    public void finish() {
        say(held.toString());
        held.setLength(0);
        parser.finish();
    }

    /** Where the next whole marker is; below 0 for nowhere. */
    private int next() {
        for (int at = 0; at < held.length(); at++) {
            if (starts(begin, at) || starts(end, at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean starts(String marker, int at) {
        return at + marker.length() <= held.length() && same(marker, at, marker.length());
    }

    /** How many of the last chars may begin a marker. */
    private int undecided() {
        for (int at = Math.max(0, held.length() - Math.max(begin.length(), end.length()) + 1);
                at < held.length();
                at++) {
            int length = held.length() - at;
            if (length < begin.length() && same(begin, at, length) || length < end.length() && same(end, at, length)) {
                return length;
            }
        }
        return 0;
    }

    private boolean same(String marker, int at, int length) {
        return held.substring(at, at + length).toLowerCase(Locale.ROOT).equals(marker.substring(0, length));
    }

    private void say(String text) {
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            parser.word(words.group());
        }
    }
}
