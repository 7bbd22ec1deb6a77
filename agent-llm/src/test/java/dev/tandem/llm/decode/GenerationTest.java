package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.Models;
import dev.tandem.llm.model.PaddingMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationTest {

    private static final int V = 40;
    private static final LogitRules ENDLESS = LogitRules.stoppingAt(List.of());

    private final TensorEngine engine = TorchEngine.cpu();
    private final Llama model = Models.random(engine, Models.small().build(), 11);

    @AfterEach
    void free() {
        model.close();
    }

    /** The likeliest continuation, by running the whole sequence at each step. */
    private int[] naive(int[] prompt, int newTokens) {
        int[] tokens = prompt.clone();
        for (int i = 0; i < newTokens; i++) {
            float[] last = Arrays.copyOfRange(logits(tokens), (tokens.length - 1) * V, tokens.length * V);
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = Sampler.greedy().pick(last, new SplittableRandom(0));
        }
        return tokens;
    }

    private float[] logits(int[] tokens) {
        try (Scope scope = engine.scope()) {
            long[] ids = Arrays.stream(tokens).asLongStream().toArray();
            return model.logits(engine.tensor(ids, 1, ids.length), null).toFloatArray();
        }
    }

    @Test
    void streamsWhatTheWholeSequenceWouldSay() {
        int[] prompt = {3, 1, 4, 1, 5};
        int[] expected = naive(prompt, 12);
        List<Integer> heard = new ArrayList<>();
        Generation g = new Generator(model, ENDLESS, Sampler.greedy())
                .generate(prompt, 12, new SplittableRandom(0), heard::add);
        assertEquals(Generation.End.LENGTH, g.end());
        assertEquals(heard, g.tokens());
        assertArrayEquals(
                Arrays.copyOfRange(expected, 5, 17),
                heard.stream().mapToInt(i -> i).toArray());
    }

    @Test
    void stopsAtAStopToken() {
        int[] prompt = {3, 1, 4, 1, 5};
        int[] expected = naive(prompt, 12);
        int stop = expected[9];
        int first = 5;
        while (expected[first] != stop) {
            first++;
        }
        List<Integer> heard = new ArrayList<>();
        Generation g = new Generator(model, LogitRules.stoppingAt(List.of(stop)), Sampler.greedy())
                .generate(prompt, 12, new SplittableRandom(0), heard::add);
        assertEquals(Generation.End.STOP, g.end());
        assertEquals(first - 5, g.tokens().size());
        assertEquals(stop, heard.get(heard.size() - 1));
    }

    @Test
    void listenerCancels() {
        List<Integer> heard = new ArrayList<>();
        Generation g = new Generator(model, ENDLESS, Sampler.greedy())
                .generate(new int[] {1}, 12, new SplittableRandom(0), id -> {
                    heard.add(id);
                    return heard.size() < 3;
                });
        assertEquals(Generation.End.CANCELLED, g.end());
        assertEquals(3, heard.size());
    }

    @Test
    void contextBoundsPromptAndAnswer() {
        Generator generator = new Generator(model, ENDLESS, Sampler.greedy());
        Generation g = generator.generate(new int[60], 100, new SplittableRandom(0), id -> true);
        assertEquals(4, g.tokens().size());
        for (int length : new int[] {0, 64}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> generator.generate(new int[length], 1, new SplittableRandom(0), id -> true));
        }
    }

    @Test
    void oneSeedDrawsOneText() {
        Generator generator = new Generator(model, ENDLESS, new Sampler(1, 0, 0.9));
        Generation a = generator.generate(new int[] {1, 2}, 20, new SplittableRandom(5), id -> true);
        assertEquals(a, generator.generate(new int[] {1, 2}, 20, new SplittableRandom(5), id -> true));
        assertTrue(!a.equals(generator.generate(new int[] {1, 2}, 20, new SplittableRandom(6), id -> true)));
    }

    @Test
    void batchWritesWhatEachRowWritesAlone() {
        int[][] prompts = {{0, 0, 7, 8}, {9, 3, 2, 1}, {0, 4, 5, 6}};
        PaddingMask padding = PaddingMask.of(new long[] {0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1}, 3, 4);
        int stop = naive(prompts[1], 3)[6];
        Generator generator = new Generator(model, LogitRules.stoppingAt(List.of(stop)), Sampler.greedy());
        int[][] rows = generator.generate(prompts, padding, 10, 39, new SplittableRandom(0));
        for (int row = 0; row < 3; row++) {
            int[] alone = Arrays.copyOfRange(prompts[row], row == 0 ? 2 : row == 1 ? 0 : 1, 4);
            Generation g = generator.generate(alone, 10, new SplittableRandom(0), id -> true);
            List<Integer> expected = new ArrayList<>(g.tokens());
            if (g.end() == Generation.End.STOP) {
                expected.add(stop);
            }
            while (expected.size() < rows[row].length - 4) {
                expected.add(39);
            }
            assertArrayEquals(
                    expected.stream().mapToInt(i -> i).toArray(), Arrays.copyOfRange(rows[row], 4, rows[row].length));
        }
    }

    @Test
    void wideBeamsFindTheLikeliestOfAllSequences() {
        int[] prompt = {5, 6};
        double best = Double.NEGATIVE_INFINITY;
        int[] bestTokens = prompt;
        double[] first = logProbabilities(prompt);
        for (int a = 0; a < V; a++) {
            int[] two = {5, 6, a};
            double[] second = logProbabilities(two);
            for (int b = 0; b < V; b++) {
                if (first[a] + second[b] > best) {
                    best = first[a] + second[b];
                    bestTokens = new int[] {5, 6, a, b};
                }
            }
        }
        BeamSettings settings = new BeamSettings(20, 0, BeamSettings.EarlyStopping.NEVER, 3);
        List<BeamSearch.Found> found =
                new BeamSearch(model, ENDLESS, settings).search(new int[][] {prompt}, null, 2, 0);
        assertEquals(3, found.size());
        assertArrayEquals(bestTokens, found.get(0).tokens());
        assertEquals(best, found.get(0).score(), 1e-4);
        assertTrue(found.get(0).score() >= found.get(1).score()
                && found.get(1).score() >= found.get(2).score());
    }

    private double[] logProbabilities(int[] tokens) {
        float[] all = logits(tokens);
        double[] x = new double[V];
        double sum = 0;
        for (int i = 0; i < V; i++) {
            x[i] = all[(tokens.length - 1) * V + i];
            sum += Math.exp(x[i]);
        }
        for (int i = 0; i < V; i++) {
            x[i] -= Math.log(sum);
        }
        return x;
    }

    @Test
    void promptsOfABatchGetWhatTheyGetAlone() {
        List<int[]> prompts = List.of(new int[] {3, 1, 4, 1, 5, 9, 2}, new int[] {7}, new int[] {2, 7, 1, 8});
        int stop = naive(prompts.get(2), 3)[6]; // so that one row ends before the others
        LogitRules rules = LogitRules.builder()
                .stopIds(List.of(stop))
                .repetitionPenalty(1.3)
                .noRepeatNgramSize(3)
                .minNewTokens(2)
                .build();
        for (Sampler sampler : List.of(Sampler.greedy(), new Sampler(1.2, 20, 0.9), new Sampler(1, 0, 1, 0.1))) {
            Generator generator = new Generator(model, rules, sampler);
            List<SplittableRandom> random =
                    prompts.stream().map(prompt -> new SplittableRandom(5)).toList();
            List<List<Integer>> heard = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            List<Generation> batch = generator.generate(
                    prompts, 14, random, (row, id) -> heard.get(row).add(id));
            for (int row = 0; row < prompts.size(); row++) {
                Generation alone = generator.generate(prompts.get(row), 14, new SplittableRandom(5), token -> true);
                assertEquals(alone, batch.get(row), sampler + " " + row);
                assertEquals(
                        alone.tokens(), heard.get(row).subList(0, alone.tokens().size()));
            }
        }
    }

    @Test
    void aRowOfABatchThatItsListenerEndsLeavesTheOthersAsTheyAre() {
        List<int[]> prompts = List.of(new int[] {3, 1, 4}, new int[] {2, 7});
        Generator generator = new Generator(model, ENDLESS, Sampler.greedy());
        List<SplittableRandom> random = List.of(new SplittableRandom(0), new SplittableRandom(0));
        List<Generation> batch = generator.generate(prompts, 9, random, (row, id) -> row == 1);
        assertEquals(Generation.End.CANCELLED, batch.get(0).end());
        assertEquals(1, batch.get(0).tokens().size());
        assertEquals(generator.generate(prompts.get(1), 9, new SplittableRandom(0), id -> true), batch.get(1));
    }

    @Test
    void promptsThatDoNotFitAreRefused() {
        Generator generator = new Generator(model, ENDLESS, Sampler.greedy());
        int[] tooLong = new int[model.contextLength()];
        for (int[] prompt : List.of(new int[0], tooLong)) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> generator.generate(prompt, 3, new SplittableRandom(0), id -> true))
                    .getMessage();
            assertTrue(message.startsWith("a prompt has 1 to " + (model.contextLength() - 1) + " tokens"), message);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new BeamSearch(model, ENDLESS, BeamSettings.of(2)).search(new int[][] {tooLong}, null, 3, 0));
    }

    @Test
    void aSearchMayEndByWhatItSpells() {
        int[] prompt = {3, 1, 4, 1, 5};
        List<Integer> lengths = new ArrayList<>();
        int[] ended = new BeamSearch(model, ENDLESS, BeamSettings.of(3), written -> {
                    lengths.add(written.length);
                    return written.length == 4;
                })
                .search(new int[][] {prompt}, null, 10, 0)
                .get(0)
                .tokens();
        assertEquals(prompt.length + 4, ended.length, "every sequence ends after four tokens");
        assertEquals(1, lengths.get(0), "it sees the new tokens only");
    }
}
