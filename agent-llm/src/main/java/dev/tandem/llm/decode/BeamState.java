package dev.tandem.llm.decode;

import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * The beams of one prompt: running ones, of which each step makes new candidates, and the best finished ones.
 *
 * <p>Scores are kept in float32 and what must not be chosen is pushed down by 1e9, as the reference does, so that ties fall alike.
 */
final class BeamState {

    /**
     * A sequence.
     *
     * @param tokens prompt, new tokens, and filling up to the longest allowed length
     * @param written number of new tokens
     * @param score summed log probability; of a finished one divided by the length penalty
     * @param finished whether it has ended
     * @param parent the beam that it grew from
     */
    record Hypothesis(int[] tokens, int written, float score, boolean finished, int parent) {}

    private static final float FAR_DOWN = -1e9f;

    private final BeamSettings settings;
    private final LogitRules rules;
    private final int promptLength;
    private final int maxLength;
    private int length;
    private List<Hypothesis> running;
    private List<Hypothesis> finished;
    private final Predicate<int[]> textEnds;
    private boolean canImprove = true;

    /**
     * Begins with one beam.
     *
     * @param textEnds whether new tokens end a sequence by what they spell
     */
    BeamState(
            int[] prompt, int maxLength, int fill, BeamSettings settings, LogitRules rules, Predicate<int[]> textEnds) {
        this.textEnds = textEnds;
        this.settings = settings;
        this.rules = rules;
        this.promptLength = prompt.length;
        this.maxLength = maxLength;
        this.length = prompt.length;
        int[] tokens = Arrays.copyOf(prompt, maxLength);
        Arrays.fill(tokens, prompt.length, maxLength, fill);
        running = List.of(new Hypothesis(tokens, 0, 0, false, 0)); // the beams differ only after the first step
        finished = Collections.nCopies(settings.beams(), new Hypothesis(tokens, 0, FAR_DOWN, false, 0));
    }

    /**
     * One step: new candidates, of which the unfinished go on running and the finished compete with those finished before.
     *
     * @param logits [V] that follow each running beam; changed
     * @return whether a candidate can go on
     */
    boolean advance(float[][] logits) {
        List<Hypothesis> candidates = candidates(logits);
        running =
                best(candidates.stream().map(c -> c.finished() ? lowered(c) : c).toList(), settings.beams());
        finished = best(merged(candidates), settings.beams());
        length++;
        canImprove = canImprove && mayImprove();
        return candidates.stream().anyMatch(c -> !c.finished());
    }

    /** The best continuations of all beams: enough that as many as there are beams go on, whatever ends. */
    private List<Hypothesis> candidates(float[][] logits) {
        int vocabulary = logits[0].length;
        int keep = Math.max(2, 1 + rules.stopIds().size()) * settings.beams();
        TopScores top = new TopScores(Math.min(keep, logits.length * vocabulary));
        for (int beam = 0; beam < logits.length; beam++) {
            float[] scores = logits[beam];
            LogitRules.logSoftmax(scores);
            rules.apply(scores, running.get(beam).tokens(), length, promptLength, maxLength);
            for (int id = 0; id < vocabulary; id++) {
                scores[id] += running.get(beam).score();
                top.offer(scores[id], beam * vocabulary + id);
            }
        }
        List<Hypothesis> candidates = new ArrayList<>(keep);
        for (int index : top.indices()) {
            int beam = index / vocabulary;
            int id = index % vocabulary;
            int[] tokens = running.get(beam).tokens().clone();
            tokens[length] = id;
            boolean ends = rules.stops(id)
                    || length + 1 >= maxLength
                    || textEnds.test(Arrays.copyOfRange(tokens, promptLength, length + 1));
            candidates.add(new Hypothesis(tokens, length + 1 - promptLength, logits[beam][id], ends, beam));
        }
        return candidates;
    }

    /** Those finished before, then this step's candidates with their final scores; only the first {@code beams} may have ended. */
    private List<Hypothesis> merged(List<Hypothesis> candidates) {
        List<Hypothesis> merged = new ArrayList<>(finished);
        boolean closed = settings.earlyStopping() == EarlyStopping.FIRST_FINISHED && full();
        for (int i = 0; i < candidates.size(); i++) {
            Hypothesis c = candidates.get(i);
            boolean ended = c.finished() && i < settings.beams();
            float score = c.score() / penalty(length + 1 - promptLength);
            score += closed ? FAR_DOWN : 0;
            score += canImprove ? 0 : FAR_DOWN;
            score += ended ? 0 : FAR_DOWN;
            merged.add(new Hypothesis(c.tokens(), c.written(), score, ended, c.parent()));
        }
        return merged;
    }

    private boolean mayImprove() {
        boolean anyLength = settings.earlyStopping() == EarlyStopping.NEVER && settings.lengthPenalty() > 0;
        float reachable = running.get(0).score() / penalty((anyLength ? maxLength : length) - promptLength);
        float worst = Float.POSITIVE_INFINITY;
        for (Hypothesis h : finished) {
            worst = Math.min(worst, h.score());
        }
        float bar = worst;
        return finished.stream().anyMatch(h -> reachable > (h.finished() ? bar : FAR_DOWN));
    }

    private float penalty(int tokens) {
        return (float) Math.pow(tokens, settings.lengthPenalty());
    }

    private static Hypothesis lowered(Hypothesis h) {
        return new Hypothesis(h.tokens(), h.written(), h.score() + FAR_DOWN, h.finished(), h.parent());
    }

    private static List<Hypothesis> best(List<Hypothesis> all, int count) {
        float[] scores = new float[all.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = all.get(i).score();
        }
        return Arrays.stream(TopScores.of(scores, count)).mapToObj(all::get).toList();
    }

    /** Whether a better sequence may still be found. */
    boolean canImprove() {
        return canImprove;
    }

    /** Whether as many sequences have finished as there are beams. */
    boolean full() {
        return finished.stream().allMatch(Hypothesis::finished);
    }

    /** The beam that running beam {@code beam} grew from in the last step. */
    int parent(int beam) {
        return running.get(beam).parent();
    }

    int lastToken(int beam) {
        return running.get(beam).tokens()[length - 1];
    }

    List<Hypothesis> best(int count) {
        return finished.subList(0, count);
    }
}
