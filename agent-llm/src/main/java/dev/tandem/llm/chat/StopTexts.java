package dev.tandem.llm.chat;

import java.util.List;
import java.util.function.Consumer;

/** Passes text on until one of some texts comes; what may be the beginning of one is held back until that is known. */
final class StopTexts {

    private final List<String> stops;
    private final Consumer<String> listener;
    private final StringBuilder passed = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopTexts(List<String> stops, Consumer<String> listener) {
        this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
        this.listener = listener;
    }

    /** Takes a piece; gives whether to go on. */
    boolean add(String piece) {
        if (stopped) {
            return false;
        }
        held.append(piece);
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }
        if (first >= 0) {
            held.setLength(first);
            pass(first);
            stopped = true;
            return false;
        }
        pass(held.length() - beginning());
        return true;
    }

    /** How many of the last characters may begin a stop. */
    private int beginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (stop.startsWith(held.substring(held.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }

    private void pass(int characters) {
        if (characters > 0) {
            String text = held.substring(0, characters);
            held.delete(0, characters);
            passed.append(text);
            listener.accept(text);
        }
    }

    /** No more comes. */
    void finish() {
        if (!stopped) {
            pass(held.length());
        }
    }

    boolean stopped() {
        return stopped;
    }

    String text() {
        return passed.toString();
    }
}
