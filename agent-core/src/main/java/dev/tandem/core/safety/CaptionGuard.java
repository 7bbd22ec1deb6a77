package dev.tandem.core.safety;

/**
 * Reads a caption before a picture is drawn, which saves the drawing and catches what the language model says of itself. Safe to use from several threads.
 *
 * <p>LangChain4j's {@code ModerationModel} is one in a line:
 * {@code caption -> model.moderate(caption).content().flagged() ? Verdict.of(BLOCK, "moderated") : Verdict.ALLOWED}.
 */
@FunctionalInterface
public interface CaptionGuard {

    /** Lets everything pass. */
    CaptionGuard NONE = caption -> Verdict.ALLOWED;

    /**
     * Judges a caption.
     *
     * @param caption as it would be drawn
     */
    Verdict check(String caption);

    /** Both guards; the stricter verdict counts. */
    default CaptionGuard and(CaptionGuard other) {
        return caption -> check(caption).and(other.check(caption));
    }
}
