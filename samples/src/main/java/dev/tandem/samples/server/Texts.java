package dev.tandem.samples.server;

/** Texts from outside. */
final class Texts {

    private Texts() {}

    /** The text without zeros and halves of surrogate pairs, which neither UTF-8 nor a database can hold. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\ufffd' : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /** The text, or its beginning and an ellipsis; never half of a character. */
    static String cut(String text, int length) {
        if (text.codePointCount(0, text.length()) <= length) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, length - 1)) + "\u2026";
    }
}
