package dev.tandem.samples.server;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.stage.LanguageOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of the chat.
 *
 * @param said what was said; in a stored conversation only what is new, and nothing where an answer is wanted again
 * @param options how the answer is written; without photos wanted none are drawn, and their captions are words
 * @param stream whether the answer is sent as it comes
 * @param usage whether a stream ends with a count of tokens
 * @param conversation where it goes on; null if the request holds all of it
 */
record ChatRequest(
        Dialogue said,
        LanguageOptions options,
        boolean stream,
        boolean usage,
        @Nullable String conversation) {}
