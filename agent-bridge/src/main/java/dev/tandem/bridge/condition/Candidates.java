package dev.tandem.bridge.condition;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Captions that differ in one token from those that the language model chose, for a gradient from true losses instead of one through a
 * matrix. At one place i of each caption the likeliest C tokens are tried, the chosen one among them. From their losses L,
 *
 * <pre>
 * dL/dz[i, v] = p(v) (L(v) - Σ p L / Σ p) / q(i)      p = softmax(z[i])
 * </pre>
 *
 * which is the gradient of the expected loss (Williams 1992, with the mean over the candidates as baseline) where tokens that are not
 * tried count as that mean; with all tokens tried it is exact. Places are drawn with q(i) in proportion to 1 - p(chosen): where the model
 * is sure nothing is to be learned. Dividing by q(i) makes it unbiased for the sum over the places.
 *
 * @param decoder the language model's side
 * @param count C, at least 2
 */
public record Candidates(CaptionDecoder decoder, int count) {

    /** Keeps every place possible, however sure the model is of it. */
    private static final double LEAST = 1e-4;

    /**
     * A token that is tried.
     *
     * @param caption which caption
     * @param row of the logits
     * @param token v
     * @param weight p(v) / q(i)
     */
    record Tried(int caption, int row, int token, double weight) {}

    /**
     * What was tried.
     *
     * @param captions tokens of the A captions, those of one caption together
     * @param tried one for each
     */
    public record Drawn(List<List<Integer>> captions, List<Tried> tried) {

        public Drawn {
            captions = List.copyOf(captions);
            tried = List.copyOf(tried);
        }

        /** For each of the A captions, which of the P it stands for. */
        public List<Integer> owners() {
            return tried.stream().map(Tried::caption).toList();
        }

        /** The gradient of the logits [N, V_L] from the A losses. */
        public LogitGradient gradient(TensorEngine engine, long rows, long vocabulary, float[] losses) {
            long[] entries = new long[tried.size()];
            float[] values = new float[entries.length];
            for (int start = 0; start < entries.length; ) {
                int end = start;
                double sum = 0;
                double mass = 0;
                while (end < entries.length
                        && tried.get(end).caption() == tried.get(start).caption()) {
                    sum += tried.get(end).weight() * losses[end];
                    mass += tried.get(end).weight();
                    end++;
                }
                for (int a = start; a < end; a++) {
                    Tried one = tried.get(a);
                    entries[a] = one.row() * vocabulary + one.token();
                    values[a] = mass == 0 ? 0 : (float) (one.weight() * (losses[a] - sum / mass));
                }
                start = end;
            }
            return new LogitGradient.Entries(
                    engine,
                    rows,
                    vocabulary,
                    engine.tensor(entries, entries.length),
                    engine.tensor(values, values.length));
        }
    }

    /**
     * Draws a place in each caption that has tokens, and its candidates.
     *
     * @param logits [N, V_L]
     * @param lengths n of each caption
     * @param chosen the N tokens that the language model says
     */
    public Drawn draw(LogitRows logits, List<Integer> lengths, List<Integer> chosen, RandomGenerator random) {
        List<List<Integer>> captions = new ArrayList<>();
        List<Tried> tried = new ArrayList<>();
        double[] unsure = unsure(logits, chosen);
        int first = 0;
        for (int p = 0; p < lengths.size(); p++) {
            int n = lengths.get(p);
            if (n > 0) {
                double sum = IntStream.range(first, first + n)
                        .mapToDouble(i -> unsure[i])
                        .sum();
                int row = place(unsure, first, n, random.nextDouble() * sum);
                List<Integer> said = chosen.subList(first, first + n);
                float[] own = row(logits, row);
                double[] log = logProbabilities(own);
                for (int token : tokens(log, chosen.get(row))) {
                    List<Integer> other = new ArrayList<>(said);
                    other.set(row - first, token);
                    captions.add(other);
                    tried.add(new Tried(p, row, token, Math.exp(log[token]) * sum / unsure[row]));
                }
            }
            first += n;
        }
        return new Drawn(captions, tried);
    }

    /** The chosen token and the likeliest others. */
    private List<Integer> tokens(double[] log, int chosen) {
        List<Integer> tokens = new ArrayList<>(List.of(chosen));
        IntStream.range(0, Math.min(log.length, decoder.vocabularySize()))
                .filter(v -> v != chosen && !decoder.isSpecial(v))
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -log[v]))
                .limit(count - 1L)
                .forEach(tokens::add);
        return tokens;
    }

    /** 1 - p(chosen) of each row, at least {@link #LEAST}. */
    private static double[] unsure(LogitRows logits, List<Integer> chosen) {
        long[] places = new long[chosen.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = i * logits.vocabulary() + chosen.get(i);
        }
        try (Scope scope = logits.engine().scope()) {
            float[] sure = logits.probabilities(places);
            return IntStream.range(0, sure.length)
                    .mapToDouble(i -> Math.max(LEAST, 1 - (double) sure[i]))
                    .toArray();
        }
    }

    private static int place(double[] weights, int first, int n, double at) {
        double sum = 0;
        for (int i = first; i < first + n - 1; i++) {
            sum += weights[i];
            if (at < sum) {
                return i;
            }
        }
        return first + n - 1;
    }

    private static float[] row(LogitRows logits, int row) {
        try (Scope scope = logits.engine().scope()) {
            return logits.values(new int[] {row}).toFloatArray();
        }
    }

    private static double[] logProbabilities(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float z : logits) {
            largest = Math.max(largest, z);
        }
        double sum = 0;
        for (float z : logits) {
            sum += Math.exp(z - largest);
        }
        double[] log = new double[logits.length];
        for (int v = 0; v < log.length; v++) {
            log[v] = logits[v] - largest - Math.log(sum);
        }
        return log;
    }
}
