package dev.tandem.core.caption;

/**
 * Hears a reply while it is generated, in order and on the generating thread.
 *
 * <p>A caption that began and is never completed (no end marker, a marker within it, too long) comes as {@link #onText} instead.
 */
public interface CaptionListener {

    /** More of the words; pieces joined give the whole text. */
    void onText(String piece);

    /** The model decided to share a photo and now writes its caption. */
    default void onCaptionStart() {}

    /** A whole caption. */
    void onCaption(Caption caption);
}
