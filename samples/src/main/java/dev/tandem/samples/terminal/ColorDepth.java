package dev.tandem.samples.terminal;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many colours a terminal shows, by its environment. */
public enum ColorDepth {
    /** None: pictures are not drawn. */
    NONE,
    /** The 256 colours of xterm. */
    INDEXED,
    /** 24 bits. */
    TRUE;

    private static final List<String> TRUE_TERMS =
            List.of("kitty", "alacritty", "wezterm", "foot", "ghostty", "direct");
    private static final List<String> INDEXED_TERMS =
            List.of("256color", "xterm", "screen", "tmux", "rxvt", "konsole", "vte");

    /**
     * Reads {@code NO_COLOR} (no-color.org), {@code COLORTERM}, {@code WT_SESSION} and {@code TERM}.
     *
     * @param environment of the process
     */
    public static ColorDepth of(Map<String, String> environment) {
        String term = environment.getOrDefault("TERM", "").toLowerCase(Locale.ROOT);
        String color = environment.getOrDefault("COLORTERM", "").toLowerCase(Locale.ROOT);
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty() || term.equals("dumb")) {
            return NONE;
        }
        if (color.equals("truecolor")
                || color.equals("24bit")
                || environment.containsKey("WT_SESSION")
                || names(term, TRUE_TERMS)) {
            return TRUE;
        }
        return names(term, INDEXED_TERMS) ? INDEXED : NONE;
    }

    private static boolean names(String term, List<String> parts) {
        return parts.stream().anyMatch(term::contains);
    }
}
