package dev.tandem.llm.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.llm.prompt.LetterTokens;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DialogueSetTest {

    private static TokenizedDialogue dialogue(int letters) {
        PromptEncoder encoder = new PromptEncoder(
                new AgentConfig.PromptTemplate("", "<|user|>", "<|end|>", "<|agent|>", "<|end|>"),
                AgentConfig.Markers.DEFAULT,
                new LetterTokens());
        return encoder.encode(new Dialogue(List.of(Turn.agent("x".repeat(letters)))));
    }

    private static DialogueSet set() {
        List<TokenizedDialogue> dialogues = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            dialogues.add(dialogue(5 + (i * 7) % 90));
        }
        return DialogueSet.of(dialogues, 80, Targets.AGENT);
    }

    @Test
    void drawsEveryDialogueAboutEquallyOften() {
        DialogueSet set = set();
        Map<TokenizedDialogue, Integer> times = new IdentityHashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        int draws = 0;
        for (int step = 0; step < 4000; step++) {
            for (TokenizedDialogue d : set.draw(400, random)) {
                times.merge(d, 1, Integer::sum);
                draws++;
            }
        }
        double mean = draws / (double) set.size();
        assertEquals(200, times.size());
        double far = 5 * Math.sqrt(mean); // five standard deviations
        times.forEach((d, n) -> assertEquals(mean, n, far, d.length() + " tokens"));
    }

    @Test
    void batchesHaveTheirTokensAndLittlePadding() {
        DialogueSet set = set();
        SplittableRandom random = new SplittableRandom(2);
        long real = 0;
        long padded = 0;
        for (int step = 0; step < 500; step++) {
            List<TokenizedDialogue> batch = set.draw(400, random);
            int longest =
                    batch.stream().mapToInt(TokenizedDialogue::length).max().orElseThrow();
            real += batch.stream().mapToInt(TokenizedDialogue::length).sum();
            padded += (long) longest * batch.size();
            assertTrue(longest * batch.size() <= 400);
        }
        assertTrue(padded > 500 * 320, "padded " + padded);
        assertTrue(real > 0.75 * padded, "real " + real + " of " + padded);
    }

    @Test
    void oneSeedDrawsTheSameDialogues() {
        DialogueSet set = set();
        assertEquals(set.draw(400, new SplittableRandom(3)), set.draw(400, new SplittableRandom(3)));
    }

    @Test
    void batchesForEvaluationHoldEveryDialogueOnce() {
        DialogueSet set = set();
        assertEquals(200, set.batches(300).stream().mapToInt(List::size).sum());
        assertTrue(set.batches(300).stream()
                .allMatch(b -> b.size() * b.get(b.size() - 1).length() <= 300));
    }

    @Test
    void refusesDialoguesWithoutAnythingToLearn() {
        PromptEncoder encoder = new PromptEncoder(
                new AgentConfig.PromptTemplate("", "<|user|>", "<|end|>", "<|agent|>", "<|end|>"),
                AgentConfig.Markers.DEFAULT,
                new LetterTokens());
        List<TokenizedDialogue> silent = List.of(encoder.encode(new Dialogue(List.of(Turn.user("hello")))));
        assertThrows(IllegalArgumentException.class, () -> DialogueSet.of(silent, 80, Targets.AGENT));
        assertEquals(1, DialogueSet.of(silent, 80, Targets.BOTH).size());
    }

    @Test
    void mixesSourcesByWeight() {
        DialogueSet few = DialogueSet.of(List.of(dialogue(3)), 80, Targets.AGENT);
        DialogueSet many = DialogueSet.of(List.of(dialogue(9)), 80, Targets.AGENT);
        DialogueSource mix = DialogueSource.mix(List.of(few, many), List.of(1.0, 3.0));
        SplittableRandom random = new SplittableRandom(4);
        int fromFew = 0;
        for (int i = 0; i < 4000; i++) {
            fromFew += mix.draw(10, random).get(0).length() < 8 ? 1 : 0;
        }
        assertEquals(1000, fromFew, 120);
    }
}
