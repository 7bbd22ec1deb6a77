package dev.tandem.llm.train;

import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Dialogues kept in memory, sorted by length, so that a batch has little padding.
 *
 * <p>A batch's place in that order is drawn evenly over all tokens, and a batch of long dialogues has fewer of them, so every dialogue
 * is drawn equally often.
 */
public final class DialogueSet implements DialogueSource {

    private static final int NEIGHBOURHOOD = 8;

    private final List<TokenizedDialogue> sorted;
    private final long[] tokensUpTo;

    private DialogueSet(List<TokenizedDialogue> sorted) {
        this.sorted = sorted;
        this.tokensUpTo = new long[sorted.size()];
        long sum = 0;
        for (int i = 0; i < tokensUpTo.length; i++) {
            sum += sorted.get(i).length();
            tokensUpTo[i] = sum;
        }
    }

    /**
     * A set of dialogues that have something to learn.
     *
     * @param dialogues those without a target are left out
     * @param maxTokens longer ones are cut
     * @throws IllegalArgumentException if none is left
     */
    public static DialogueSet of(Collection<TokenizedDialogue> dialogues, int maxTokens, Targets targets) {
        List<TokenizedDialogue> kept = new ArrayList<>();
        for (TokenizedDialogue dialogue : dialogues) {
            TokenizedDialogue cut = dialogue.cut(maxTokens);
            if (hasTarget(cut, targets)) {
                kept.add(cut);
            }
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("none of " + dialogues.size() + " dialogues has a token to learn");
        }
        kept.sort(Comparator.comparingInt(TokenizedDialogue::length));
        return new DialogueSet(List.copyOf(kept));
    }

    private static boolean hasTarget(TokenizedDialogue dialogue, Targets targets) {
        for (int t = 1; t < dialogue.length(); t++) {
            if (targets.includes(dialogue, t)) {
                return true;
            }
        }
        return false;
    }

    /** Number of dialogues. */
    public int size() {
        return sorted.size();
    }

    /** Number of tokens in all. */
    public long tokens() {
        return tokensUpTo[tokensUpTo.length - 1];
    }

    @Override
    public List<TokenizedDialogue> draw(int tokens, RandomGenerator random) {
        long at = random.nextLong(tokens());
        int anchor = java.util.Arrays.binarySearch(tokensUpTo, at);
        anchor = anchor < 0 ? -anchor - 1 : anchor + 1;
        int count = Math.min(sorted.size(), Math.max(1, tokens / sorted.get(anchor).length()));
        int width = Math.min(sorted.size(), count * NEIGHBOURHOOD);
        int first = Math.max(0, Math.min(anchor - width / 2, sorted.size() - width));
        Set<Integer> chosen = new LinkedHashSet<>();
        while (chosen.size() < count) {
            chosen.add(first + random.nextInt(width));
        }
        return chosen.stream().map(sorted::get).toList();
    }

    /** All dialogues in batches of about {@code tokens} tokens, the shortest first, for evaluation. */
    public List<List<TokenizedDialogue>> batches(int tokens) {
        List<List<TokenizedDialogue>> batches = new ArrayList<>();
        int start = 0;
        while (start < sorted.size()) {
            int end = start + 1;
            while (end < sorted.size() && (end + 1 - start) * (long) sorted.get(end).length() <= tokens) {
                end++;
            }
            batches.add(sorted.subList(start, end));
            start = end;
        }
        return batches;
    }
}
