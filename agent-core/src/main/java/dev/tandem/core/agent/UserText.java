package dev.tandem.core.agent;

/** What a person sends, made safe to hand to a tokenizer. */
final class UserText {

    private UserText() {}

    /**
     * The text without control characters (line breaks and tabs stay) and without halves of surrogate pairs, stripped.
     *
     * @param maxChars longest text that is read
     * @throws IllegalArgumentException if the text is longer, or nothing is left
     */
    static String clean(String text, int maxChars) {
        if (text.length() > maxChars) {
            throw new IllegalArgumentException(String.format(
                    "the message has %,d characters; at most %,d are read, please shorten it",
                    text.length(), maxChars));
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t') {
                clean.appendCodePoint(c);
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                clean.append('\ufffd');
            } else if (Character.isISOControl(c)) {
                clean.append(' ');
            } else {
                clean.appendCodePoint(c);
            }
        });
        String said = clean.toString().strip();
        if (said.isEmpty()) {
            throw new IllegalArgumentException("the message is empty");
        }
        return said;
    }
}
