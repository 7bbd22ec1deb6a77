package dev.tandem.core.agent;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import java.util.ArrayList;
import java.util.List;

/** What a person sends, made safe to hand to a tokenizer. */
final class UserText {

    private UserText() {}

    /**
     * The text without control characters (line breaks and tabs stay) and without halves of surrogate pairs, stripped.
     *
     * @param maxChars longest text that is read
     * @throws IllegalArgumentException if the text is longer, or nothing is left
     */
    static String clean(String text, int maxChars) {
        String said = visible(text, maxChars);
        if (said.isEmpty()) {
            throw new IllegalArgumentException("the message is empty");
        }
        return said;
    }

    /** The same for all that the user says in a dialogue; turns in which nothing is left to say or see are left out. */
    static Dialogue clean(Dialogue dialogue, int maxChars) {
        List<Turn> turns = new ArrayList<>();
        for (Turn turn : dialogue.turns()) {
            List<Part> parts = new ArrayList<>();
            for (Part part : turn.parts()) {
                if (turn.speaker() == Speaker.USER && part instanceof Words words) {
                    String said = visible(words.text(), maxChars);
                    if (!said.isEmpty()) {
                        parts.add(new Words(said));
                    }
                } else {
                    parts.add(part);
                }
            }
            if (!parts.isEmpty()) {
                turns.add(new Turn(turn.speaker(), parts));
            } else if (turn == dialogue.turns().get(dialogue.size() - 1)) {
                throw new IllegalArgumentException("the message is empty");
            }
        }
        return new Dialogue(turns);
    }

    private static String visible(String text, int maxChars) {
        if (text.length() > maxChars) {
            throw new IllegalArgumentException(String.format(
                    "the message has %,d characters; at most %,d are read, please shorten it",
                    text.length(), maxChars));
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t') {
                clean.appendCodePoint(c);
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                clean.append('\ufffd');
            } else if (Character.isISOControl(c)) {
                clean.append(' ');
            } else {
                clean.appendCodePoint(c);
            }
        });
        return clean.toString().strip();
    }
}
