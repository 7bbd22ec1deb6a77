package dev.tandem.llm.decode;

import dev.tandem.llm.prompt.TextTokens;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns tokens into text as they come. A character whose bytes are spread over several tokens appears when it is whole. Only the last
 * few tokens are spelled again at each step, with those before as context, since some tokenizers write a blank only between words.
 */
public final class TextStream implements Spelling {

    /** Bytes that no longer sequence of tokens will complete: an emoji of four bytes has at most four tokens. */
    private static final int MOST_PARTS = 8;

    private static final char INCOMPLETE = '\uFFFD';

    private final TextTokens tokens;
    private List<Integer> context = List.of();
    private List<Integer> pending = new ArrayList<>();

    public TextStream(TextTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public String add(int id) {
        pending.add(id);
        String text = spellPending();
        boolean whole = text.isEmpty() || text.charAt(text.length() - 1) != INCOMPLETE;
        if (!whole && pending.size() < MOST_PARTS) {
            return "";
        }
        context = pending;
        pending = new ArrayList<>();
        return text;
    }

    /** As {@link Spelling#finish}, with U+FFFD for a character that was never completed; a new text may begin. */
    @Override
    public String finish() {
        String rest = pending.isEmpty() ? "" : spellPending();
        context = List.of();
        pending = new ArrayList<>();
        return rest;
    }

    private String spellPending() {
        List<Integer> all = new ArrayList<>(context);
        all.addAll(pending);
        String before = context.isEmpty() ? "" : tokens.text(context);
        String text = tokens.text(all);
        return text.startsWith(before) ? text.substring(before.length()) : tokens.text(pending);
    }
}
