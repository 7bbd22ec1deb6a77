package dev.tandem.samples.world;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A training dialogue: the user begins, the speakers take turns, the agent has the last word. It may share no photo, one, or two.
 *
 * @param kind what the dialogue is about, for statistics
 * @param turns the oldest first
 */
public record PhotoDialogue(Kind kind, List<DialogueTurn> turns) {

    /** The plots that {@link DialogueWriter} knows. */
    public enum Kind {
        /** The user asks for a picture and says what it should show. */
        REQUEST,
        /** The user asks for any picture; the agent chooses. */
        SURPRISE,
        /** The agent tells of something; the user wants to see it. */
        AGENT_SAW,
        /** The user tells of something and asks for a picture of it. */
        USER_SAW,
        /** The agent does not know the thing or place; the user takes something else. */
        ALTERNATIVE,
        /** The agent offers a photo; the user does not want it. */
        DECLINED,
        /** The agent does not know the thing; the user leaves it at that. */
        UNKNOWN,
        /** Greetings and questions about the agent. */
        ABOUT_AGENT,
        /** Questions about the big world. */
        OUTSIDE,
        /** Talk of photos, animals, things and sights that nobody asks to see. */
        NO_CUE,
        /** The user sends photos and asks about them. */
        SIGHT,
        /** The user has the agent repeat words. */
        ECHO,
        /** Everyday talk in our own words. */
        CHAT,
        /** Everyday talk from {@link SmallTalk}. */
        SMALL_TALK
    }

    public PhotoDialogue {
        turns = List.copyOf(turns);
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).speaker() != (i % 2 == 0 ? Speaker.USER : Speaker.AGENT)) {
                throw new IllegalArgumentException("turn " + (i + 1) + " is said by the "
                        + turns.get(i).speaker() + "; the user begins and the speakers take turns");
            }
        }
        if (turns.isEmpty() || turns.size() % 2 != 0) {
            throw new IllegalArgumentException("the agent has the last word; got " + turns.size() + " turns");
        }
    }

    /** Number of photos in it. */
    public long photos() {
        return turns.stream().filter(DialogueTurn::hasPhoto).count();
    }

    /** What the photos show that the user sends. */
    public List<Scene> sent() {
        return turns.stream().map(DialogueTurn::sent).flatMap(Optional::stream).toList();
    }

    /** As the agent's own types have it; for a dialogue in which the user sends no photo. */
    public Dialogue toDialogue() {
        return new Dialogue(turns.stream().map(DialogueTurn::toTurn).toList());
    }

    /**
     * As the agent's own types have it.
     *
     * @param photos makes those that the user sends
     */
    public Dialogue toDialogue(Function<Scene, Photo> photos) {
        return new Dialogue(turns.stream().map(turn -> turn.toTurn(photos)).toList());
    }
}
