package dev.tandem.core.agent;

import dev.tandem.core.caption.CaptionMarkup;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.LanguageStage;
import java.util.List;

/**
 * What the language model sees of a dialogue: as many of the last turns as its budget of tokens holds, with everything that looks like a
 * marker taken apart.
 */
final class DialogueWindow {

    private final LanguageStage language;
    private final CaptionMarkup markup;
    private final int memory;

    /**
     * A window on dialogues.
     *
     * @param memory most tokens of a prompt that are wanted
     */
    DialogueWindow(LanguageStage language, CaptionMarkup markup, int memory) {
        this.language = language;
        this.markup = markup;
        this.memory = memory;
    }

    /**
     * The longest end of a dialogue that fits and begins with the user.
     *
     * @param newTokens that the answer may take
     * @throws IllegalArgumentException if not even the last turn fits
     */
    Dialogue fit(Dialogue dialogue, int newTokens) {
        int budget = Math.min(language.contextLength() - newTokens, memory);
        int tooMany = dialogue.size() + 1;
        int fits = 0;
        // more turns take more tokens, so the border is found by halving
        while (tooMany - fits > 1) {
            int middle = (tooMany + fits) >>> 1;
            if (tokens(dialogue.last(middle)) <= budget) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        if (fits == 0) {
            throw new IllegalArgumentException(String.format(
                    "the message has %,d tokens with its frame; this model reads at most %,d, please shorten it",
                    tokens(dialogue.last(1)), budget));
        }
        Dialogue window = dialogue.last(fits);
        while (window.size() > 1 && window.turns().get(0).speaker() == Speaker.AGENT) {
            window = window.last(window.size() - 1);
        }
        return window;
    }

    /** The dialogue as the model is shown it. */
    Dialogue escape(Dialogue dialogue) {
        return new Dialogue(dialogue.turns().stream().map(this::escape).toList());
    }

    private Turn escape(Turn turn) {
        List<Part> parts = turn.parts().stream()
                .map(part -> part instanceof Words words ? new Words(markup.escape(words.text())) : part)
                .toList();
        return new Turn(turn.speaker(), parts);
    }

    /** Tokens that it takes as the model is shown it. */
    int tokens(Dialogue dialogue) {
        return language.countTokens(escape(dialogue));
    }
}
