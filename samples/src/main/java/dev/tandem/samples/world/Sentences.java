package dev.tandem.samples.world;

import java.util.regex.Pattern;

/** Capital letters. */
final class Sentences {

    private static final Pattern START = Pattern.compile("(^|[.!?] )([a-z])");
    private static final Pattern ALONE = Pattern.compile("\\bi\\b");

    private Sentences() {}

    /** Sentences begin with a capital letter, and so does the word I. */
    static String capitalised(String text) {
        String begun = START.matcher(text)
                .replaceAll(match ->
                        match.group(1) + Character.toUpperCase(match.group(2).charAt(0)));
        return ALONE.matcher(begun).replaceAll("I");
    }
}
