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
    private final int budget;

    /**
     * A window on dialogues.
     *
     * @param budget most tokens of a prompt
     */
    DialogueWindow(LanguageStage language, CaptionMarkup markup, int budget) {
        this.language = language;
        this.markup = markup;
        this.budget = budget;
    }

    /**
     * The longest end of a dialogue that fits and begins with the user.
     *
     * @throws IllegalArgumentException if not even the last turn fits
     */
    Dialogue fit(Dialogue dialogue) {
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

    private int tokens(Dialogue dialogue) {
        return language.countTokens(escape(dialogue));
    }
}
