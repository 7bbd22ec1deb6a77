package dev.tandem.llm.decode;

import java.util.List;

/**
 * What a generation wrote.
 *
 * @param tokens the new tokens, without the prompt and without the token that ended it
 * @param end why it ended
 */
public record Generation(List<Integer> tokens, End end) {

    /** Reasons for an end. */
    public enum End {
        /** The model wrote a stop token. */
        STOP,
        /** The allowed number of tokens, or the context, was used up. */
        LENGTH,
        /** The listener said so. */
        CANCELLED
    }

    public Generation {
        tokens = List.copyOf(tokens);
    }
}
