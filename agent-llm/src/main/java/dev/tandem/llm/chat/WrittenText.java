package dev.tandem.llm.chat;

import dev.tandem.llm.decode.Spelling;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.List;
import java.util.function.Consumer;

/** The text of one answer as its tokens come: without special tokens, up to a text that ends it. */
final class WrittenText {

    private final LlmTokenizer tokenizer;
    private final Spelling spelling;
    private final StopTexts stops;

    WrittenText(LlmTokenizer tokenizer, Spelling spelling, List<String> stops, Consumer<String> listener) {
        this.tokenizer = tokenizer;
        this.spelling = spelling;
        this.stops = new StopTexts(stops, listener);
    }

    /** Takes a token; gives whether to go on. */
    boolean add(int id) {
        return stops.add(tokenizer.isSpecial(id) ? "" : spelling.add(id));
    }

    /** Whether a text that ends it has come. */
    boolean stopped() {
        return stops.stopped();
    }

    /** No more comes; gives the whole text. */
    String finish() {
        if (!stops.stopped()) {
            stops.add(spelling.finish());
        }
        stops.finish();
        return stops.text();
    }
}
