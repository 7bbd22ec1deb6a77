package dev.tandem.llm.decode;

import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.PaddingMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the likeliest continuations by keeping several at each step. Equal to transformers 4.57's {@code generate} with
 * {@code num_beams}: its candidates, its scores in float32, its three rules for stopping, its filling of short rows.
 */
public final class BeamSearch {

    /**
     * One found sequence.
     *
     * @param tokens prompt and continuation, filled up to the longest of the batch
     * @param score summed log probability of the new tokens / (their number) ^ length penalty
     */
    public record Found(int[] tokens, float score) {}

    private final CausalLm model;
    private final LogitRules rules;
    private final BeamSettings settings;
    private final Predicate<int[]> textEnds;

    public BeamSearch(CausalLm model, LogitRules rules, BeamSettings settings) {
        this(model, rules, settings, tokens -> false);
    }

    /**
     * A search in which sequences may also end by what they spell, as with transformers' {@code stop_strings}.
     *
     * @param textEnds whether the new tokens of a sequence, without the prompt, end it
     */
    public BeamSearch(CausalLm model, LogitRules rules, BeamSettings settings, Predicate<int[]> textEnds) {
        this.textEnds = textEnds;
        this.model = model;
        this.rules = rules;
        this.settings = settings;
    }

    /**
     * Continues a batch of prompts.
     *
     * @param prompts rows of equal length, padded on the left
     * @param padding which of their tokens are real, or null for all
     * @param maxNewTokens bound; it may lead beyond the model's context, as in the reference
     * @param padId fills short rows; 0 is taken for "none" as by the reference, which then fills with the first stop token
     * @return {@code settings.results()} sequences for each prompt, best first, one prompt after the other
     */
    public List<Found> search(int[][] prompts, @Nullable PaddingMask padding, int maxNewTokens, int padId) {
        int promptLength = prompts[0].length;
        Generator.requireFits(model, prompts[0]);
        int maxLength = Math.addExact(promptLength, maxNewTokens);
        int fill = rules.stopIds().isEmpty()
                ? -1
                : padId != 0 ? padId : rules.stopIds().get(0);
        List<BeamState> states = new ArrayList<>();
        for (int[] prompt : prompts) {
            states.add(new BeamState(prompt, maxLength, fill, settings, rules, textEnds));
        }
        int beams = settings.beams();
        try (Decoder decoder = new Decoder(model, maxLength)) {
            float[][] logits = decoder.prompt(prompts, padding);
            boolean first = true;
            while (true) {
                boolean anyContinues = false;
                for (int i = 0; i < states.size(); i++) {
                    float[][] rows =
                            first ? new float[][] {logits[i]} : Arrays.copyOfRange(logits, i * beams, (i + 1) * beams);
                    anyContinues |= states.get(i).advance(rows);
                }
                if (!goesOn(states, anyContinues)) {
                    break;
                }
                int[] from = new int[states.size() * beams];
                int[] next = new int[from.length];
                for (int i = 0; i < states.size(); i++) {
                    for (int b = 0; b < beams; b++) {
                        from[i * beams + b] =
                                first ? i : i * beams + states.get(i).parent(b);
                        next[i * beams + b] = states.get(i).lastToken(b);
                    }
                }
                decoder.reorder(from);
                logits = decoder.next(next);
                first = false;
            }
        }
        return results(states, promptLength);
    }

    private boolean goesOn(List<BeamState> states, boolean anyContinues) {
        boolean canImprove = states.stream().anyMatch(BeamState::canImprove);
        boolean enough = settings.earlyStopping() == EarlyStopping.FIRST_FINISHED
                && states.stream().allMatch(BeamState::full);
        return canImprove && !enough && anyContinues;
    }

    private List<Found> results(List<BeamState> states, int promptLength) {
        List<BeamState.Hypothesis> best = states.stream()
                .flatMap(s -> s.best(settings.results()).stream())
                .toList();
        int longest =
                best.stream().mapToInt(BeamState.Hypothesis::written).max().orElse(0);
        return best.stream()
                .map(h -> new Found(Arrays.copyOf(h.tokens(), promptLength + longest), h.score()))
                .toList();
    }
}
