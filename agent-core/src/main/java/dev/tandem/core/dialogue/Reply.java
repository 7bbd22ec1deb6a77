package dev.tandem.core.dialogue;

import dev.tandem.core.safety.Verdict;
import dev.tandem.core.stage.LanguageUsage;
import java.time.Duration;
import java.util.List;

/**
 * The agent's answer.
 *
 * @param parts words and photos in the order in which they came; none if the model had nothing to say
 * @param timings how long it took
 * @param judgements what guards said against photos of it; a blocked one is not among the parts
 * @param usage tokens of the language model, and why it ended
 */
public record Reply(List<Part> parts, Timings timings, List<Judgement> judgements, LanguageUsage usage) {

    /**
     * What a guard said against a photo.
     *
     * @param caption of the photo
     * @param verdict that does not allow it as it is
     */
    public record Judgement(String caption, Verdict verdict) {}

    /**
     * How long an answer took, counted from the moment when the message came in.
     *
     * @param firstToken until the first piece of text or the first caption began
     * @param text until all words were there
     * @param photos drawing alone, all photos together; zero without one
     */
    public record Timings(Duration firstToken, Duration text, Duration photos) {}

    public Reply {
        parts = List.copyOf(parts);
        judgements = List.copyOf(judgements);
    }

    /** Whether a guard blocked a photo of it. */
    public boolean isWithheld() {
        return judgements.stream().anyMatch(judged -> judged.verdict().action() == Verdict.Action.BLOCK);
    }

    /** The words alone. */
    public String text() {
        return parts.isEmpty() ? "" : new Turn(Speaker.AGENT, parts).text();
    }

    /** The photos alone. */
    public List<Photo> photos() {
        return parts.isEmpty() ? List.of() : new Turn(Speaker.AGENT, parts).photos();
    }
}
