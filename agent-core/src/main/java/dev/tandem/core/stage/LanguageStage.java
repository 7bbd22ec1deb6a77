package dev.tandem.core.stage;

import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Dialogue;

/**
 * The first stage: a language model that answers a dialogue and decides whether and when a photo says it better.
 *
 * <p>Implementations encode what was said with special tokens switched off, so that a marker that somebody typed stays text, and feed
 * the ids that they sample to a {@link dev.tandem.core.caption.CaptionParser}: only an emitted marker id opens a caption.
 *
 * <p>Safe to use from several threads; every call has its own tensor scope.
 */
public interface LanguageStage extends AutoCloseable {

    /**
     * Generates the next turn: the agent's after a turn of the user or at the beginning, the user's after one of the agent. Only a model that
     * learned both sides says the user's well.
     *
     * @param dialogue what was said so far. It must fit: {@link #countTokens} plus
     *     {@link LanguageOptions#maxNewTokens()} is at most {@link #contextLength()}
     * @param options how to generate
     * @param cancellation asked before each token
     * @param listener hears words and captions as they come, on this thread
     * @throws IllegalArgumentException if the dialogue does not fit
     * @throws CancelledException if cancelled
     */
    LanguageUsage reply(
            Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener);

    /** Tokens that a dialogue takes as a prompt, the beginning of the next turn included. */
    int countTokens(Dialogue dialogue);

    /** Tokens that prompt and answer may have together. */
    int contextLength();

    /** How it answers well where nobody says otherwise; an agent's folder does say it, in {@code agent.json}. */
    default LanguageOptions defaults() {
        return LanguageOptions.builder().build();
    }

    /** Whether it sees photos that the user sends without a caption; one that does not refuses dialogues that have them. */
    default boolean seesPhotos() {
        return false;
    }

    /** Spells this model's caption tokens, for the bridge. */
    CaptionDecoder captionDecoder();

    /** Frees the weights. Calls that are under way fail. */
    @Override
    void close();
}
