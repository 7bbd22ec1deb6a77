package dev.tandem.llm.decode;

/**
 * Settings of a beam search.
 *
 * @param beams sequences kept at each step, at least 2
 * @param lengthPenalty scores are divided by (new tokens) ^ this; above 0 favours long sequences
 * @param earlyStopping when to stop looking
 * @param results how many sequences to give for each prompt, best first; at most {@code beams}
 */
public record BeamSettings(int beams, double lengthPenalty, EarlyStopping earlyStopping, int results) {

    /** When a search ends although its running sequences could go on ({@code early_stopping}). */
    public enum EarlyStopping {
        /** As soon as there are enough finished sequences ({@code true}). */
        FIRST_FINISHED,
        /** When the best running one, scored at its present length, can't beat the worst finished one ({@code false}). */
        HEURISTIC,
        /** Only when no running one can beat it at any length ({@code "never"}). */
        NEVER
    }

    public BeamSettings {
        if (beams < 2) {
            throw new IllegalArgumentException(
                    "a beam search keeps at least 2 beams, got " + beams + "; use Generator for one");
        }
        if (results < 1 || results > beams) {
            throw new IllegalArgumentException(
                    "a search with " + beams + " beams gives 1 to " + beams + " results, got " + results);
        }
    }

    /** The best sequence of {@code beams} beams, with transformers' defaults. */
    public static BeamSettings of(int beams) {
        return new BeamSettings(beams, 1, EarlyStopping.HEURISTIC, 1);
    }
}
