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
        return generate(List.of(prompt), maxNewTokens, List.of(random), (row, id) -> listener.onToken(id))
                .get(0);
    }

    /** Hears of each new token of a batch as soon as it is chosen. */
    @FunctionalInterface
    public interface BatchListener {

        /**
         * A new token.
         *
         * @param row of the prompt
         * @param id the token; the one that ends the row is heard too
         * @return whether the row goes on
         */
        boolean onToken(int row, int id);
    }

    /**
     * Continues several prompts in one batch, each as if it were alone: rules see its own tokens and no filling, and it has a generator
     * of its own. A row that has ended leaves the computation.
     *
     * @param prompts of at least one token each
     * @param maxNewTokens bound for each; the context length bounds it too
     * @param random one generator for each prompt
     * @return what each prompt got, in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty or fills the whole context
     */
    public List<Generation> generate(
            List<int[]> prompts, int maxNewTokens, List<? extends RandomGenerator> random, BatchListener listener) {
        if (prompts.isEmpty() || random.size() != prompts.size()) {
            throw new IllegalArgumentException("a batch has at least one prompt and a generator for each, got "
                    + prompts.size() + " prompts and " + random.size() + " generators");
        }
        requirePositive(maxNewTokens);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            rows.add(new Row(i, prompts.get(i), maxNewTokens, random.get(i)));
        }
        LeftPadded batch = LeftPadded.of(prompts);
        int longest = batch.rows()[0].length;
        int bound = rows.stream()
                .mapToInt(row -> longest + row.tokens.length - row.promptLength)
                .max()
                .orElse(longest);
        try (Decoder decoder = new Decoder(model, bound)) {
            float[][] logits = decoder.prompt(batch.rows(), batch.padding());
            List<Row> active = rows;
            while (true) {
                List<Row> going = new ArrayList<>();
                List<Integer> kept = new ArrayList<>(); // positions in `active`
                for (int i = 0; i < active.size(); i++) {
                    if (active.get(i).step(logits[i], listener)) {
                        going.add(active.get(i));
                        kept.add(i);
                    }
                }
                if (going.isEmpty()) {
                    return rows.stream().map(Row::generation).toList();
                }
                if (going.size() < active.size()) {
                    decoder.reorder(kept.stream().mapToInt(Integer::intValue).toArray());
                }
                active = going;
                logits = decoder.next(active.stream().mapToInt(Row::last).toArray());
            }
        }
    }

    /** A prompt and what was written after it. */
    private final class Row {

        private final int index;
        private final int promptLength;
        private final int[] tokens;
        private final RandomGenerator random;
        private final List<Integer> written = new ArrayList<>();
        private int length;
        private Generation.End end = Generation.End.LENGTH;

        Row(int index, int[] prompt, int maxNewTokens, RandomGenerator random) {
            requireFits(model, prompt);
            this.index = index;
            this.promptLength = prompt.length;
            this.tokens =
                    Arrays.copyOf(prompt, (int) Math.min(model.contextLength(), prompt.length + (long) maxNewTokens));
            this.length = prompt.length;
            this.random = random;
        }

        /** Chooses the next token; gives whether more may follow. */
        boolean step(float[] logits, BatchListener listener) {
            rules.apply(logits, tokens, length, promptLength, tokens.length);
            int id = sampler.pick(logits, random);
            tokens[length++] = id;
            boolean goOn = listener.onToken(index, id);
            if (rules.stops(id)) {
                end = Generation.End.STOP;
                return false;
            }
            written.add(id);
            if (!goOn) {
                end = Generation.End.CANCELLED;
                return false;
            }
            return length < tokens.length;
        }

        int last() {
            return tokens[length - 1];
        }

        Generation generation() {
            return new Generation(written, end);
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

    /** Refuses a prompt that leaves no room for an answer. */
    static void requireFits(CausalLm model, int[] prompt) {
        int context = model.contextLength();
        if (prompt.length == 0 || prompt.length >= context) {
            throw new IllegalArgumentException(
                    "a prompt has 1 to " + (context - 1) + " tokens in this model's context of " + context + ", got "
                            + prompt.length
                            + (prompt.length == 0 ? "; say something" : "; shorten it or drop the oldest turns"));
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
