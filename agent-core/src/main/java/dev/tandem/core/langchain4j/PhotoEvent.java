package dev.tandem.core.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.tandem.core.safety.Verdict;

/**
 * What happens to a photo while a streamed answer comes. LangChain4j has no callback of its own for pictures, so it is handed to
 * {@link dev.langchain4j.model.chat.response.StreamingChatResponseHandler#onUnmappedRawEvent}.
 */
public sealed interface PhotoEvent {

    /** The model decided to share a photo and now writes its caption. */
    record Begun() implements PhotoEvent {}

    /**
     * A photo is being drawn.
     *
     * @param caption what it is to show
     * @param step how many steps are done, from 0
     * @param steps how many there are
     */
    record Drawing(String caption, int step, int steps) implements PhotoEvent {}

    /**
     * A guard has something to say against a photo: it is not shown, or blurred, or doubtful.
     *
     * @param caption of the photo
     * @param verdict what is done with it, and why
     */
    record Judged(String caption, Verdict verdict) implements PhotoEvent {}

    /**
     * A photo is there.
     *
     * @param image its PNG file as base64, its caption as {@link Image#revisedPrompt()}
     */
    record Shared(Image image) implements PhotoEvent {}
}
