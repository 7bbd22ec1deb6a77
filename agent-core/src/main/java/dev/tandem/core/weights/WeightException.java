package dev.tandem.core.weights;

import java.util.regex.Pattern;

/** A weight file is missing, damaged or does not fit its configuration. The message is one line and says which, where, and what to do. */
public final class WeightException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_CHARACTERS = 2000;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");

    public WeightException(String message) {
        super(oneLine(message));
    }

    public WeightException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** Names and libraries' messages may hold line ends, and control characters, which could write on a terminal. */
    private static String oneLine(String message) {
        String line = CONTROL.matcher(message.replace('\t', ' ')).replaceAll("\uFFFD");
        return line.length() <= MAX_CHARACTERS ? line : line.substring(0, MAX_CHARACTERS) + "…";
    }
}
