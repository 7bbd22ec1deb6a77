package dev.tandem.llm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {

    private static final float CLOSE = 2e-4f;
    private static final int V = 40;

    private final TensorEngine engine = TorchEngine.cpu();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void cacheGivesWhatTheWholeSequenceGives(int firstPiece) {
        check(Models.small().build(), firstPiece);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void cacheGivesTheSameWithASlidingWindow(int firstPiece) {
        LlamaConfig.SlidingWindow window = new LlamaConfig.SlidingWindow(7, Set.of(1));
        check(Models.small().slidingWindow(window).build(), firstPiece);
    }

    private void check(LlamaConfig config, int firstPiece) {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, config, 1)) {
            int tokens = 45; // past the cache's first capacity and in several pieces
            long[] ids = new SplittableRandom(2).longs(2L * tokens, 0, V).toArray();
            float[] whole = model.logits(engine.tensor(ids, 2, tokens), null).toFloatArray();
            try (KvCache cache = model.newCache(tokens)) {
                int at = 0;
                for (int piece = firstPiece; at < tokens; piece = 1) {
                    float[] step = model.head(
                                    model.hidden(engine.tensor(columns(ids, tokens, at, piece), 2, piece), null, cache))
                            .toFloatArray();
                    for (int row = 0; row < 2; row++) {
                        assertArrayEquals(
                                Arrays.copyOfRange(whole, (row * tokens + at) * V, (row * tokens + at + piece) * V),
                                Arrays.copyOfRange(step, row * piece * V, (row + 1) * piece * V),
                                CLOSE);
                    }
                    at += piece;
                }
                assertEquals(tokens, cache.length());
            }
        }
    }

    @Test
    void paddingOnEitherSideChangesNothing() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, Models.small().build(), 3)) {
            long[] ids = new SplittableRandom(4).longs(5, 0, V).toArray();
            float[] alone = model.logits(engine.tensor(ids, 1, 5), null).toFloatArray();
            long[] padded = new SplittableRandom(5).longs(16, 0, V).toArray(); // padding holds any ids
            long[] mask = {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
            System.arraycopy(ids, 0, padded, 3, 5);
            System.arraycopy(ids, 0, padded, 8, 5);
            float[] both = model.logits(engine.tensor(padded, 2, 8), PaddingMask.of(mask, 2, 8))
                    .toFloatArray();
            assertArrayEquals(alone, Arrays.copyOfRange(both, 3 * V, 8 * V), CLOSE);
            assertArrayEquals(alone, Arrays.copyOfRange(both, 8 * V, 13 * V), CLOSE);
        }
    }

    @Test
    void laterTokensDoNotReachEarlierOnes() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, Models.small().build(), 6)) {
            float[] a = model.logits(engine.tensor(new long[] {1, 2, 3, 4}, 1, 4), null)
                    .toFloatArray();
            float[] b = model.logits(engine.tensor(new long[] {1, 2, 3, 9}, 1, 4), null)
                    .toFloatArray();
            assertArrayEquals(Arrays.copyOf(a, 3 * V), Arrays.copyOf(b, 3 * V), 0);
            assertTrue(Math.abs(a[3 * V] - b[3 * V]) > CLOSE);
        }
    }

    @Test
    void cacheRefusesMoreThanItsBound() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, Models.small().build(), 7);
                KvCache cache = model.newCache(4)) {
            model.hidden(engine.tensor(new long[] {1, 2, 3}, 1, 3), null, cache);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> model.hidden(engine.tensor(new long[] {1, 2}, 1, 2), null, cache));
            assertTrue(e.getMessage().contains("bound of 4"), e.getMessage());
        }
    }

    @Test
    void reorderedCacheGoesOnWithTheChosenRows() {
        try (Scope scope = engine.scope();
                Llama model = Models.random(engine, Models.small().build(), 8);
                KvCache cache = model.newCache(8)) {
            long[] mask = {0, 1, 1, 1, 1, 1};
            model.hidden(engine.tensor(new long[] {0, 5, 6, 7, 8, 9}, 2, 3), PaddingMask.of(mask, 2, 3), cache);
            cache.reorder(new int[] {1, 0, 0});
            float[] next = model.head(model.hidden(engine.tensor(new long[] {1, 2, 3}, 3, 1), null, cache))
                    .toFloatArray();
            assertArrayEquals(lastLogits(model, 7, 8, 9, 1), Arrays.copyOfRange(next, 0, V), CLOSE);
            assertArrayEquals(lastLogits(model, 5, 6, 2), Arrays.copyOfRange(next, V, 2 * V), CLOSE);
            assertArrayEquals(lastLogits(model, 5, 6, 3), Arrays.copyOfRange(next, 2 * V, 3 * V), CLOSE);
        }
    }

    private float[] lastLogits(Llama model, long... ids) {
        float[] all = model.logits(engine.tensor(ids, 1, ids.length), null).toFloatArray();
        return Arrays.copyOfRange(all, all.length - V, all.length);
    }

    private static long[] columns(long[] ids, int width, int start, int count) {
        long[] piece = new long[2 * count];
        for (int row = 0; row < 2; row++) {
            System.arraycopy(ids, row * width + start, piece, row * count, count);
        }
        return piece;
    }
}
