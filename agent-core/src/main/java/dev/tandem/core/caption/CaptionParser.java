package dev.tandem.core.caption;

import java.util.ArrayList;
import java.util.List;

/**
 * Separates what a model emits, token by token, into words and captions.
 *
 * <p>The generating stage compares each sampled id with its two marker ids and calls {@link #begin}, {@link #end} or {@link #token};
 * {@link #finish} ends the turn. A parser is for one turn and one thread.
 *
 * <pre>
 *   words   -- begin -->  caption   (or refused, when the turn has its photos already)
 *   caption -- end   -->  words     the caption is complete
 *   caption -- begin, or too many tokens -->  refused: what was written so far, and what comes until the end marker, is text
 *   refused -- end   -->  words
 * </pre>
 *
 * An end marker among words says nothing; a caption without an end is text. Memory is bounded by one caption.
 */
public final class CaptionParser {

    /** Longest text of a caption in chars, so that a tokenizer with long tokens is bounded, too. */
    public static final int MAX_CAPTION_CHARS = 2_000;

    private enum State {
        WORDS,
        CAPTION,
        REFUSED
    }

    private final CaptionListener listener;
    private final int maxCaptions;
    private final int maxCaptionTokens;

    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private State state = State.WORDS;
    private int captions;
    private int pieces; // of the caption that is open

    /**
     * A parser for one turn.
     *
     * @param listener hears words and captions
     * @param maxCaptions most captions of the turn; later ones are text
     * @param maxCaptionTokens most tokens of one caption; longer ones are text
     */
    public CaptionParser(CaptionListener listener, int maxCaptions, int maxCaptionTokens) {
        this.listener = listener;
        this.maxCaptions = maxCaptions;
        this.maxCaptionTokens = maxCaptionTokens;
    }

    /** The model emitted the begin marker. */
    public void begin() {
        switch (state) {
            case WORDS -> {
                if (captions < maxCaptions) {
                    state = State.CAPTION;
                    listener.onCaptionStart();
                } else {
                    state = State.REFUSED;
                }
            }
            case CAPTION -> refuse();
            case REFUSED -> {}
        }
    }

    /** The model emitted the end marker. */
    public void end() {
        if (state == State.CAPTION && !text.toString().isBlank()) {
            captions++;
            Caption caption = new Caption(text.toString().strip(), ids);
            clear();
            listener.onCaption(caption);
        } else {
            clear();
        }
        state = State.WORDS;
    }

    /**
     * The model emitted another token.
     *
     * @param id the token
     * @param piece what it adds to the text; empty while a character is incomplete
     */
    public void token(int id, String piece) {
        if (state == State.CAPTION) {
            ids.add(id);
        }
        word(piece);
    }

    /** A model whose tokens are not known wrote a word, or a part of one. */
    public void word(String piece) {
        if (state != State.CAPTION) {
            say(piece);
            return;
        }
        pieces++;
        text.append(piece);
        if (pieces > maxCaptionTokens || text.length() > MAX_CAPTION_CHARS) {
            refuse();
        }
    }

    /** The turn is over; a caption that is still open is text. */
    public void finish() {
        if (state == State.CAPTION) {
            refuse();
        }
        state = State.WORDS;
    }

    /** Whether a caption is open, so that its tokens may be sampled in another way than words. */
    public boolean inCaption() {
        return state == State.CAPTION;
    }

    private void refuse() {
        state = State.REFUSED;
        String written = text.toString();
        clear();
        say(written);
    }

    private void say(String piece) {
        if (!piece.isEmpty()) {
            listener.onText(piece);
        }
    }

    private void clear() {
        ids.clear();
        pieces = 0;
        text.setLength(0);
    }
}
