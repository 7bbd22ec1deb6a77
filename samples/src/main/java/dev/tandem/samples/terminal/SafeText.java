package dev.tandem.samples.terminal;

import java.util.regex.Pattern;

/** Text from users, models and files, made safe to print: it can neither move the cursor nor change colours nor reorder what follows. */
public final class SafeText {

    /** Control sequences and control strings of ECMA-48, in their 7-bit and 8-bit forms. */
    private static final Pattern SEQUENCE = Pattern.compile("(?:\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]"
            + "|(?:\u001b[PX^_\\]]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\\\|\u009c|$)"
            + "|\u001b[ -/]*[0-~]?");

    private SafeText() {}

    /** The text without control sequences and control characters; line breaks and tabs stay. */
    public static String of(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        SEQUENCE.matcher(text).replaceAll("").codePoints().forEach(c -> {
            if (c == '\n' || c == '\t' || !isUnsafe(c)) {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    /** The same on one line. */
    public static String line(String text) {
        return of(text).replaceAll("\\s*\\R\\s*", " ").replace('\t', ' ').strip();
    }

    /** The same as {@link #line} for a page of HTML, between tags or in an attribute. */
    public static String html(String text) {
        return line(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** The same as {@link #line} for Markdown, in a table too. */
    public static String markdown(String text) {
        return line(text).replaceAll("([\\\\`*_\\[\\]<>#|&])", "\\\\$1");
    }

    private static boolean isUnsafe(int c) {
        boolean reorders = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        return Character.isISOControl(c) || reorders || Character.getType(c) == Character.SURROGATE;
    }
}
