package dev.tandem.llm.prompt;

import dev.tandem.core.dialogue.Speaker;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dialogue as token ids, with who says which token and where the captions stand. Immutable. */
public final class TokenizedDialogue {

    /**
     * A caption's tokens, strictly between the markers.
     *
     * @param speaker who shares the photo
     * @param start position of the first
     * @param end one past the last
     */
    public record Caption(Speaker speaker, int start, int end) {}

    private static final byte TEMPLATE = -1;

    private final int[] ids;
    private final byte[] speakers;
    private final List<Caption> captions;

    TokenizedDialogue(int[] ids, byte[] speakers, List<Caption> captions) {
        this.ids = ids;
        this.speakers = speakers;
        this.captions = List.copyOf(captions);
    }

    static byte code(@Nullable Speaker speaker) {
        return speaker == null ? TEMPLATE : (byte) speaker.ordinal();
    }

    /** Number of tokens. */
    public int length() {
        return ids.length;
    }

    public int id(int position) {
        return ids[position];
    }

    /** All ids; a copy. */
    public int[] ids() {
        return ids.clone();
    }

    /** Whether this speaker says the token: it belongs to a turn or ends one. What starts a turn is nobody's. */
    public boolean saidBy(Speaker speaker, int position) {
        return speakers[position] == code(speaker);
    }

    /** In the order in which they come. */
    public List<Caption> captions() {
        return captions;
    }

    /** The first {@code tokens} tokens; a caption that would be cut is no caption any more. */
    public TokenizedDialogue cut(int tokens) {
        if (tokens >= ids.length) {
            return this;
        }
        return new TokenizedDialogue(
                Arrays.copyOf(ids, tokens),
                Arrays.copyOf(speakers, tokens),
                captions.stream().filter(c -> c.end() < tokens).toList());
    }
}
