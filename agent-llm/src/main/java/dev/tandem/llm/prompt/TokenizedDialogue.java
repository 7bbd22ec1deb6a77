package dev.tandem.llm.prompt;

import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.stage.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
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

    /**
     * A picture that was sent.
     *
     * @param position of the token in its place
     * @param source gives it
     */
    record Sight(int position, PictureSource source) {}

    private static final byte TEMPLATE = -1;

    private final int[] ids;
    private final byte[] speakers;
    private final List<Caption> captions;
    private final List<Sight> sights;

    TokenizedDialogue(int[] ids, byte[] speakers, List<Caption> captions, List<Sight> sights) {
        this.ids = ids;
        this.speakers = speakers;
        this.captions = List.copyOf(captions);
        this.sights = List.copyOf(sights);
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

    /** The pictures that were sent, in order. */
    public List<Picture> pictures(RandomGenerator random) {
        return sights.stream().map(sight -> sight.source().next(random)).toList();
    }

    /**
     * The same tokens with other pictures in the places of those that were sent.
     *
     * @param sources as many as pictures were sent
     */
    public TokenizedDialogue showing(List<? extends PictureSource> sources) {
        if (sources.size() != sights.size()) {
            throw new IllegalArgumentException(
                    "a dialogue with " + sights.size() + " sent pictures can't show " + sources.size());
        }
        List<Sight> others = new ArrayList<>();
        for (int i = 0; i < sights.size(); i++) {
            others.add(new Sight(sights.get(i).position(), sources.get(i)));
        }
        return new TokenizedDialogue(ids, speakers, captions, others);
    }

    /** The first {@code tokens} tokens; a caption that would be cut is no caption any more. */
    public TokenizedDialogue cut(int tokens) {
        if (tokens >= ids.length) {
            return this;
        }
        return new TokenizedDialogue(
                Arrays.copyOf(ids, tokens),
                Arrays.copyOf(speakers, tokens),
                captions.stream().filter(c -> c.end() < tokens).toList(),
                sights.stream().filter(s -> s.position() < tokens).toList());
    }
}
