package dev.tandem.llm.prompt;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.vision.PictureFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Writes dialogues as token ids, as {@code agent.json}'s prompt template says. What was said is encoded with special tokens switched
 * off; a shared photo is its caption between the two marker tokens. A photo that is sent without a caption is one token, in whose place a model that
 * can sees the picture.
 */
public final class PromptEncoder {

    private final TextTokens tokens;
    private final int[] begin;
    private final int[] userStart;
    private final int[] userEnd;
    private final int[] agentStart;
    private final int[] agentEnd;
    private final int captionBegin;
    private final int captionEnd;
    private final String captionPrefix;
    private final OptionalInt image;

    /**
     * Encodes the template once.
     *
     * @throws IllegalArgumentException if a marker is not exactly one token of the vocabulary
     */
    public PromptEncoder(AgentConfig.PromptTemplate template, AgentConfig.Markers markers, TextTokens tokens) {
        this(template, markers, tokens, OptionalInt.empty());
    }

    /**
     * Encodes the template of a model that sees pictures, or of one that does not.
     *
     * @param image the token in the place of a picture; empty for a model that sees none
     * @throws IllegalArgumentException if a marker is not exactly one token of the vocabulary
     */
    public PromptEncoder(
            AgentConfig.PromptTemplate template, AgentConfig.Markers markers, TextTokens tokens, OptionalInt image) {
        this.tokens = tokens;
        this.image = image;
        begin = tokens.template(template.begin());
        userStart = tokens.template(template.userStart());
        userEnd = tokens.template(template.userEnd());
        agentStart = tokens.template(template.agentStart());
        agentEnd = tokens.template(template.agentEnd());
        captionBegin = marker(markers.begin());
        captionEnd = marker(markers.end());
        // words within a text carry their blank in front; a caption's first word should be the same token as elsewhere,
        // unless the tokenizer puts that blank there itself
        captionPrefix = tokens.plain(" a").length > tokens.plain("a").length ? "" : " ";
    }

    private int marker(String text) {
        int[] ids = tokens.template(text);
        if (ids.length != 1) {
            throw new IllegalArgumentException(
                    "the marker " + text + " is " + ids.length
                            + " tokens of this tokenizer; it must be one: add it to tokenizer.json as a special token and enlarge the embeddings");
        }
        return ids[0];
    }

    /** The id of the token before a caption. */
    public int captionBeginId() {
        return captionBegin;
    }

    /** The id of the token after a caption. */
    public int captionEndId() {
        return captionEnd;
    }

    /** The token that ends the agent's turn. */
    public int agentEndId() {
        return agentEnd[0];
    }

    /** The token that ends the user's turn. */
    public int userEndId() {
        return userEnd[0];
    }

    /** The prompt for the next turn of a speaker: the dialogue and the start of the turn. */
    public int[] prompt(Dialogue dialogue, Speaker speaker) {
        Writer writer = write(dialogue);
        writer.add(speaker == Speaker.USER ? userStart : agentStart, null);
        return writer.ids();
    }

    /** The prompt for the agent's next turn. */
    public int[] prompt(Dialogue dialogue) {
        return prompt(dialogue, Speaker.AGENT);
    }

    /** Tokens of {@link #prompt}. */
    public int countTokens(Dialogue dialogue) {
        return prompt(dialogue).length;
    }

    /** The whole dialogue with who says what, for training. */
    public TokenizedDialogue encode(Dialogue dialogue) {
        return write(dialogue).toDialogue();
    }

    /**
     * The newest turns whose prompt has at most {@code budget} tokens; at least the last turn.
     *
     * @throws IllegalArgumentException if the last turn alone is longer
     */
    public Dialogue fit(Dialogue dialogue, int budget) {
        for (int turns = dialogue.size(); turns > 0; turns--) {
            Dialogue newest = dialogue.last(turns);
            if (countTokens(newest) <= budget) {
                return newest;
            }
        }
        throw new IllegalArgumentException(
                "the last turn has more than the " + budget + " tokens that fit; shorten it");
    }

    private Writer write(Dialogue dialogue) {
        Writer writer = new Writer();
        writer.add(begin, null);
        for (Turn turn : dialogue.turns()) {
            boolean user = turn.speaker() == Speaker.USER;
            writer.add(user ? userStart : agentStart, null);
            for (Part part : turn.parts()) {
                writer.add(part, turn.speaker());
            }
            writer.add(user ? userEnd : agentEnd, turn.speaker());
        }
        return writer;
    }

    private final class Writer {

        private int[] ids = new int[256];
        private byte[] speakers = new byte[256];
        private int length;
        private final List<TokenizedDialogue.Caption> captions = new ArrayList<>();
        private final List<TokenizedDialogue.Sight> sights = new ArrayList<>();

        void add(int[] more, @Nullable Speaker speaker) {
            while (ids.length < length + more.length) {
                ids = Arrays.copyOf(ids, 2 * ids.length);
                speakers = Arrays.copyOf(speakers, 2 * speakers.length);
            }
            System.arraycopy(more, 0, ids, length, more.length);
            Arrays.fill(speakers, length, length + more.length, TokenizedDialogue.code(speaker));
            length += more.length;
        }

        void add(Part part, Speaker speaker) {
            if (part instanceof Words words) {
                add(tokens.plain(words.text().strip()), speaker);
            } else if (part instanceof Photo photo && !photo.hasCaption()) {
                int id = image.orElseThrow(
                        () -> new IllegalArgumentException(
                                "this language model does not see photos; say in words what the photo shows, or use a model that does (Llama-Vision)"));
                sights.add(new TokenizedDialogue.Sight(
                        length, random -> PictureFile.read(photo.png(), "the photo that was sent")));
                add(new int[] {id}, speaker);
            } else if (part instanceof Photo photo) {
                add(new int[] {captionBegin}, speaker);
                int start = length;
                add(tokens.plain(captionPrefix + photo.caption().strip()), speaker);
                captions.add(new TokenizedDialogue.Caption(speaker, start, length));
                add(new int[] {captionEnd}, speaker);
            }
        }

        int[] ids() {
            return Arrays.copyOf(ids, length);
        }

        TokenizedDialogue toDialogue() {
            return new TokenizedDialogue(ids(), Arrays.copyOf(speakers, length), captions, sights);
        }
    }
}
