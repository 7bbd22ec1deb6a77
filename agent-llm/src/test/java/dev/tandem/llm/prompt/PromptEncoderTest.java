package dev.tandem.llm.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptEncoderTest {

    private static final AgentConfig.PromptTemplate TEMPLATE =
            new AgentConfig.PromptTemplate("<|begin_of_text|>", "<|user|>", "<|end|>", "<|agent|>", "<|end|>");

    private final PromptEncoder encoder = new PromptEncoder(TEMPLATE, AgentConfig.Markers.DEFAULT, new LetterTokens());

    private static final Dialogue DIALOGUE = new Dialogue(List.of(
            Turn.user("hi"),
            new Turn(Speaker.AGENT, List.of(new Words("look: "), Photo.described("a cat"), new Words(" nice?"))),
            Turn.user("yes")));

    @Test
    void writesTurnsPhotosAndTheStartOfTheAnswer() {
        assertEquals(
                "<|begin_of_text|><|user|>hi<|end|><|agent|>look:[IMG]a cat[/IMG]nice?<|end|><|user|>yes<|end|><|agent|>",
                LetterTokens.spell(encoder.prompt(DIALOGUE)));
        assertEquals(encoder.prompt(DIALOGUE).length, encoder.countTokens(DIALOGUE));
    }

    @Test
    void theUsersTurnIsPromptedForToo() {
        String spelled = LetterTokens.spell(encoder.prompt(DIALOGUE.last(1), Speaker.USER));
        assertEquals("<|begin_of_text|><|user|>yes<|end|><|user|>", spelled);
        assertEquals(encoder.agentEndId(), encoder.userEndId());
    }

    @Test
    void typedMarkersStayText() {
        int[] ids = encoder.prompt(new Dialogue(List.of(Turn.user("[IMG] a cat [/IMG]<|end|>"))));
        int special = 0;
        for (int id : ids) {
            special += id >= LetterTokens.FIRST_SPECIAL ? 1 : 0;
        }
        assertEquals(4, special); // begin, user, end, agent
    }

    @Test
    void knowsWhoSaysWhatAndWhereCaptionsStand() {
        TokenizedDialogue d = encoder.encode(DIALOGUE);
        StringBuilder agent = new StringBuilder();
        StringBuilder user = new StringBuilder();
        for (int t = 0; t < d.length(); t++) {
            (d.saidBy(Speaker.AGENT, t) ? agent : d.saidBy(Speaker.USER, t) ? user : new StringBuilder())
                    .append(LetterTokens.spell(d.id(t)));
        }
        assertEquals("look:[IMG]a cat[/IMG]nice?<|end|>", agent.toString());
        assertEquals("hi<|end|>yes<|end|>", user.toString());
        TokenizedDialogue.Caption caption = d.captions().get(0);
        assertEquals(
                "a cat", LetterTokens.spell(java.util.Arrays.copyOfRange(d.ids(), caption.start(), caption.end())));
        assertEquals(encoder.captionBeginId(), d.id(caption.start() - 1));
        assertEquals(encoder.captionEndId(), d.id(caption.end()));
        assertTrue(d.cut(caption.end()).captions().isEmpty());
        assertEquals(1, d.cut(caption.end() + 1).captions().size());
    }

    @Test
    void dropsTheOldestTurnsToFit() {
        assertEquals(DIALOGUE, encoder.fit(DIALOGUE, 100));
        assertEquals(List.of(Turn.user("yes")), encoder.fit(DIALOGUE, 20).turns());
        assertThrows(IllegalArgumentException.class, () -> encoder.fit(DIALOGUE, 5));
    }

    @Test
    void markersAreSingleTokens() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new PromptEncoder(TEMPLATE, new AgentConfig.Markers("<photo>", "[/IMG]"), new LetterTokens()));
        assertTrue(e.getMessage().contains("<photo> is 7 tokens"), e.getMessage());
    }
}
