package dev.tandem.llm.decode;

import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.PaddingMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes one token after the other: the prompt in one pass, then single steps on a key-value cache that is freed at the end, so
 * that memory stays flat over any number of generations.
 *
 * <p>Greedy results equal transformers' {@code generate(do_sample=False)}. Stateless; the model is used by one thread at a time.
 */
public final class Generator {

    private final CausalLm model;
    private final LogitRules rules;
    private final Sampler sampler;

    public Generator(CausalLm model, LogitRules rules, Sampler sampler) {
        this.model = model;
        this.rules = rules;
        this.sampler = sampler;
    }

    /**
     * Continues one prompt and streams what it writes.
     *
     * @param prompt at least one token
     * @param maxNewTokens bound; the context length bounds it too
     * @param random draws the tokens where the sampler is not greedy
     * @throws IllegalArgumentException if the prompt is empty or fills the whole context
     */
    public Generation generate(int[] prompt, int maxNewTokens, RandomGenerator random, TokenListener listener) {
        int context = model.contextLength();
        if (prompt.length == 0 || prompt.length >= context) {
            throw new IllegalArgumentException(
                    "a prompt has 1 to " + (context - 1) + " tokens in this model's context of " + context + ", got "
                            + prompt.length + "; drop the oldest turns");
        }
        int maxLength = Math.min(context, prompt.length + requirePositive(maxNewTokens));
        int[] tokens = Arrays.copyOf(prompt, maxLength);
        List<Integer> written = new ArrayList<>();
        try (Decoder decoder = new Decoder(model, maxLength)) {
            float[] logits = decoder.prompt(new int[][] {prompt}, null)[0];
            for (int length = prompt.length; ; length++) {
                rules.apply(logits, tokens, length, prompt.length, maxLength);
                int id = sampler.pick(logits, random);
                tokens[length] = id;
                boolean goOn = listener.onToken(id);
                if (rules.stops(id)) {
                    return new Generation(written, Generation.End.STOP);
                }
                written.add(id);
                if (!goOn) {
                    return new Generation(written, Generation.End.CANCELLED);
                }
                if (length + 1 == maxLength) {
                    return new Generation(written, Generation.End.LENGTH);
                }
                logits = decoder.next(new int[] {id})[0];
            }
        }
    }

    /**
     * Continues many prompts at once. A row that has ended leaves the computation and is filled up with {@code padId}.
     *
     * @param prompts rows of equal length, padded on the left
     * @param padding which of their tokens are real, or null for all
     * @param maxNewTokens bound
     * @param padId fills rows after their end
     * @return the prompts with their continuations, rows of equal length
     */
    public int[][] generate(
            int[][] prompts, @Nullable PaddingMask padding, int maxNewTokens, int padId, RandomGenerator random) {
        int promptLength = prompts[0].length;
        int maxLength = promptLength + requirePositive(maxNewTokens);
        int[][] tokens = new int[prompts.length][];
        for (int row = 0; row < prompts.length; row++) {
            tokens[row] = Arrays.copyOf(prompts[row], maxLength);
            Arrays.fill(tokens[row], promptLength, maxLength, padId);
        }
        int[] active = IntStream.range(0, prompts.length).toArray();
        try (Decoder decoder = new Decoder(model, maxLength)) {
            float[][] logits = decoder.prompt(prompts, padding);
            for (int length = promptLength; ; length++) {
                List<Integer> going = new ArrayList<>(); // positions in `active`
                for (int i = 0; i < active.length; i++) {
                    int[] row = tokens[active[i]];
                    rules.apply(logits[i], row, length, promptLength, maxLength);
                    row[length] = sampler.pick(logits[i], random);
                    if (!rules.stops(row[length])) {
                        going.add(i);
                    }
                }
                if (going.isEmpty() || length + 1 == maxLength) {
                    return cut(tokens, length + 1);
                }
                if (going.size() < active.length) {
                    int[] kept = going.stream().mapToInt(Integer::intValue).toArray();
                    decoder.reorder(kept);
                    active = IntStream.of(kept).map(atOld(active)).toArray();
                }
                int at = length;
                logits = decoder.next(
                        IntStream.of(active).map(row -> tokens[row][at]).toArray());
            }
        }
    }

    private static java.util.function.IntUnaryOperator atOld(int[] active) {
        return i -> active[i];
    }

    private static int[][] cut(int[][] rows, int length) {
        return Arrays.stream(rows).map(row -> Arrays.copyOf(row, length)).toArray(int[][]::new);
    }

    private static int requirePositive(int maxNewTokens) {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "a generation writes at least one token, got a bound of " + maxNewTokens);
        }
        return maxNewTokens;
    }
}
