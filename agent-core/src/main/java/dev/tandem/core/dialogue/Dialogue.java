package dev.tandem.core.dialogue;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns, the oldest first. Two turns of one speaker may follow each other.
 *
 * @param turns perhaps none
 */
public record Dialogue(List<Turn> turns) {

    /** Nothing was said yet. */
    public static final Dialogue EMPTY = new Dialogue(List.of());

    public Dialogue {
        turns = List.copyOf(turns);
    }

    /** This dialogue and one more turn. */
    public Dialogue with(Turn turn) {
        List<Turn> longer = new ArrayList<>(turns);
        longer.add(turn);
        return new Dialogue(longer);
    }

    /** The last {@code count} turns. */
    public Dialogue last(int count) {
        if (count < 0 || count > turns.size()) {
            throw new IllegalArgumentException("a dialogue of " + turns.size() + " turns has no last " + count);
        }
        return new Dialogue(turns.subList(turns.size() - count, turns.size()));
    }

    /** Number of turns. */
    public int size() {
        return turns.size();
    }
}
