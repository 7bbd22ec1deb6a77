package dev.tandem.core.data;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A dialogue of somebody's data.
 *
 * @param source file and line where it begins, for messages
 * @param turns at least one, in order; a speaker may have several in a row, as people do who send message after message
 */
public record RecordedDialogue(String source, List<RecordedTurn> turns) {

    public RecordedDialogue {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException(source + ": a dialogue has turns");
        }
    }

    /** The photos that a speaker shares, in the order of the captions in {@link #toDialogue}. */
    public List<PhotoFile> photos(Speaker speaker) {
        return turns.stream()
                .filter(turn -> turn.speaker() == speaker)
                .flatMap(turn -> turn.photo().stream())
                .toList();
    }

    /** As prompts are made from: what one speaker says in a row becomes one turn, photos are there by their captions. */
    public Dialogue toDialogue() {
        return toDialogue(photo -> Photo.described(photo.caption()));
    }

    /**
     * As prompts are made from: what one speaker says in a row becomes one turn, the agent's photos are there by their captions.
     *
     * @param ofUser makes the user's photos, such as {@link dev.tandem.core.vision.SentPhoto} does for a model that sees them
     */
    public Dialogue toDialogue(Function<PhotoFile, Photo> ofUser) {
        List<Turn> merged = new ArrayList<>();
        for (int i = 0; i < turns.size(); ) {
            Speaker speaker = turns.get(i).speaker();
            List<Part> parts = new ArrayList<>();
            for (; i < turns.size() && turns.get(i).speaker() == speaker; i++) {
                RecordedTurn turn = turns.get(i);
                if (!turn.text().isBlank()) {
                    parts.add(new Words(turn.text()));
                }
                turn.photo()
                        .ifPresent(photo -> parts.add(
                                speaker == Speaker.USER ? ofUser.apply(photo) : Photo.described(photo.caption())));
            }
            merged.add(new Turn(speaker, parts));
        }
        return new Dialogue(merged);
    }
}
