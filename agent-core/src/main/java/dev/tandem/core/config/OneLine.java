package dev.tandem.core.config;

import java.util.regex.Pattern;

/** Makes a message fit for one line: what files and libraries put into it may hold line ends, and codes that write on a terminal. */
public final class OneLine {

    private static final int MAX_CHARACTERS = 2000;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");

    private OneLine() {}

    /** The text without control characters, cut where it is very long. */
    public static String of(String text) {
        String line = CONTROL.matcher(text.replace('\t', ' ')).replaceAll("\uFFFD");
        return line.length() <= MAX_CHARACTERS ? line : line.substring(0, MAX_CHARACTERS) + "…";
    }
}
