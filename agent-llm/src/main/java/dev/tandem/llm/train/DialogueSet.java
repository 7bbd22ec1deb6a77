package dev.tandem.llm.train;

import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Dialogues kept in memory, sorted by length, so that a batch has little padding.
 *
 * <p>Neighbours in that order form bins. A batch comes from one bin; a bin of long dialogues gives fewer of them and is chosen more
 * often for it, so every dialogue is drawn equally often.
 */
public final class DialogueSet implements DialogueSource {

    /** How many batches' worth of dialogues a bin holds: more mixes better, fewer pads less. */
    private static final int BATCHES_IN_BIN = 8;

    private final List<TokenizedDialogue> sorted;
    private volatile Bins bins = new Bins(0, List.of(), new double[0]);

    private DialogueSet(List<TokenizedDialogue> sorted) {
        this.sorted = sorted;
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
        return sorted.stream().mapToLong(TokenizedDialogue::length).sum();
    }

    @Override
    public List<TokenizedDialogue> draw(int tokens, RandomGenerator random) {
        Bins now = bins;
        if (now.tokens() != tokens) {
            now = Bins.of(sorted, tokens);
            bins = now;
        }
        Bin bin = now.pick(random.nextDouble());
        Set<Integer> chosen = new LinkedHashSet<>();
        while (chosen.size() < bin.count()) {
            chosen.add(bin.start() + random.nextInt(bin.size()));
        }
        return chosen.stream().map(sorted::get).toList();
    }

    /**
     * Some neighbours.
     *
     * @param count how many of them are a batch
     */
    private record Bin(int start, int size, int count) {}

    /**
     * The bins for one size of batch.
     *
     * @param upTo probability of this bin and those before it
     */
    @SuppressWarnings("ArrayRecordComponent") // private, made and read here only
    private record Bins(int tokens, List<Bin> list, double[] upTo) {

        static Bins of(List<TokenizedDialogue> sorted, int tokens) {
            List<Bin> list = new ArrayList<>();
            for (int end = sorted.size(); end > 0; ) {
                int count = Math.max(1, tokens / sorted.get(end - 1).length());
                int size = Math.min(end, count * BATCHES_IN_BIN);
                end -= size;
                list.add(new Bin(end, size, Math.min(count, size)));
            }
            double[] upTo = new double[list.size()];
            double sum = 0;
            for (int i = 0; i < upTo.length; i++) {
                sum += (double) list.get(i).size() / list.get(i).count();
                upTo[i] = sum;
            }
            for (int i = 0; i < upTo.length; i++) {
                upTo[i] /= sum;
            }
            return new Bins(tokens, list, upTo);
        }

        Bin pick(double at) {
            int i = Arrays.binarySearch(upTo, at);
            return list.get(Math.min(i < 0 ? -i - 1 : i + 1, upTo.length - 1));
        }
    }

    /** All dialogues in batches of about {@code tokens} tokens, the shortest first, for evaluation. */
    public List<List<TokenizedDialogue>> batches(int tokens) {
        List<List<TokenizedDialogue>> batches = new ArrayList<>();
        int start = 0;
        while (start < sorted.size()) {
            int end = start + 1;
            while (end < sorted.size()
                    && (end + 1 - start) * (long) sorted.get(end).length() <= tokens) {
                end++;
            }
            batches.add(sorted.subList(start, end));
            start = end;
        }
        return batches;
    }
}
