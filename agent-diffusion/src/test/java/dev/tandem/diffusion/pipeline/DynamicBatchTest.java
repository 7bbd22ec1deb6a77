package dev.tandem.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first pass is held up until all others wait, so that what shares the second pass is no matter of chance. */
@Timeout(60)
class DynamicBatchTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int MOST_ROWS = 4;
    private static final float NO_MEMORY = -7;

    private volatile int mostPasses = 1;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final BlockingQueue<List<Long>> passes = new LinkedBlockingQueue<>();
    private final DynamicBatch batch = new DynamicBatch(ENGINE, this::doubled, MOST_ROWS, () -> mostPasses);
    private final List<Thread> threads = new ArrayList<>();
    private final List<FutureTask<float[]>> crowd = new ArrayList<>();

    private Tensor doubled(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        passes.add(List.of(x.size(0), x.size(1)));
        begun.countDown();
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // only of a later pass, which nobody holds up
        }
        for (float value : x.toFloatArray()) {
            if (value == NO_MEMORY) {
                throw new OutOfMemoryError("in this test");
            }
            if (value < 0) {
                throw new IllegalArgumentException("negative: " + value);
            }
        }
        return x.mul(2);
    }

    /** Asks for rows of these values, on a thread of its own. */
    private FutureTask<float[]> ask(int rows, float... values) {
        FutureTask<float[]> task = new FutureTask<>(() -> {
            try (Scope scope = ENGINE.scope();
                    DynamicBatch.Drawing drawing = batch.begin()) {
                Tensor result = drawing.forward(List.of(ENGINE.tensor(values, rows, values.length / rows)));
                assertEquals(2, scope.size(), "the rows asked for and the result, and nothing of the pass");
                return result.toFloatArray();
            }
        });
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
        return task;
    }

    /** Lets the first pass go on as soon as all others wait for it. */
    private void release() throws InterruptedException {
        begun.await();
        while (threads.stream()
                .anyMatch(t -> t.getState() != Thread.State.WAITING && t.getState() != Thread.State.TERMINATED)) {
            Thread.sleep(1);
        }
        held.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private FutureTask<float[]> askFirst() throws InterruptedException {
        FutureTask<float[]> first = ask(1, 1, 2);
        begun.await();
        return first;
    }

    @Test
    void whoWaitsSharesThePassAndGetsItsOwnRows() throws Exception {
        FutureTask<float[]> first = askFirst();
        FutureTask<float[]> second = ask(1, 3, 4);
        FutureTask<float[]> third = ask(2, 5, 6, 7, 8);
        release();
        assertArrayEquals(new float[] {2, 4}, first.get());
        assertArrayEquals(new float[] {6, 8}, second.get());
        assertArrayEquals(new float[] {10, 12, 14, 16}, third.get());
        assertEquals(List.of(List.of(1L, 2L), List.of(3L, 2L)), List.copyOf(passes));
    }

    @Test
    void noBatchHasMoreRowsThanAllowedAndALargeRequestGoesAlone() throws Exception {
        FutureTask<float[]> first = askFirst();
        FutureTask<float[]> five = ask(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        FutureTask<float[]> three = ask(3, 1, 2, 3, 4, 5, 6);
        release();
        assertEquals(2, first.get()[0]);
        assertEquals(20, five.get()[9]);
        assertEquals(12, three.get()[5]);
        assertEquals(3, passes.size());
    }

    @Test
    void passesSideBySideShareTheDrawings() throws Exception {
        mostPasses = 2;
        askFirst();
        FutureTask<float[]> second = ask(1, 3, 4);
        release();
        assertArrayEquals(new float[] {6, 8}, second.get());
        assertEquals(List.of(List.of(1L, 2L), List.of(1L, 2L)), List.copyOf(passes), "none waits for the other");
    }

    @Test
    void otherShapesHaveAPassOfTheirOwn() throws Exception {
        askFirst();
        ask(1, 3, 4);
        FutureTask<float[]> wide = ask(1, 5, 6, 7);
        ask(1, 8, 9);
        release();
        assertArrayEquals(new float[] {10, 12, 14}, wide.get());
        List<List<Long>> later = new ArrayList<>(passes);
        assertEquals(List.of(1L, 2L), later.remove(0));
        assertTrue(later.contains(List.of(2L, 2L)), passes + " should have the two narrow ones together");
        assertTrue(later.contains(List.of(1L, 3L)), passes + " should have the wide one alone");
    }

    @Test
    void whatFailsTogetherIsTriedAloneSoThatOnlyTheCulpritFails() throws Exception {
        askFirst();
        FutureTask<float[]> innocent = ask(1, 3, 4);
        FutureTask<float[]> culprit = ask(1, -5, 6);
        release();
        assertArrayEquals(new float[] {6, 8}, innocent.get());
        ExecutionException failure = assertThrows(ExecutionException.class, culprit::get);
        assertInstanceOf(IllegalArgumentException.class, failure.getCause());
        held.countDown();
        assertArrayEquals(new float[] {4, 6}, ask(1, 2, 3).get(), "the network goes on");
    }

    @Test
    void anErrorHitsOnlyWhomItConcernsAndTheNetworkGoesOn() throws Exception {
        askFirst();
        List<FutureTask<float[]>> innocent = new ArrayList<>();
        List<FutureTask<float[]>> culprits = new ArrayList<>();
        for (int i = 0; i < 4; i++) { // more than a batch holds, so that some wait while others fail
            innocent.add(ask(1, 3, 4));
            culprits.add(ask(1, NO_MEMORY, 6));
        }
        release();
        for (FutureTask<float[]> each : innocent) {
            assertArrayEquals(new float[] {6, 8}, each.get());
        }
        for (FutureTask<float[]> each : culprits) {
            ExecutionException failure = assertThrows(ExecutionException.class, each::get);
            assertInstanceOf(OutOfMemoryError.class, failure.getCause());
        }
        assertArrayEquals(new float[] {4, 6}, ask(1, 2, 3).get(), "the network goes on");
    }

    /** Drawings of random lengths and shapes, some of whose steps fail, leave and come while others go on. */
    @Test
    void inACrowdEachGetsItsOwnRows() throws Exception {
        mostPasses = 2;
        held.countDown();
        for (int t = 0; t < 8; t++) {
            SplittableRandom random = new SplittableRandom(t);
            FutureTask<float[]> task = new FutureTask<>(() -> {
                for (int i = 0; i < 60; i++) {
                    drawRandomly(random);
                }
                return new float[0];
            });
            crowd.add(task);
            new Thread(task).start();
        }
        for (FutureTask<float[]> each : crowd) {
            each.get();
        }
    }

    private void drawRandomly(SplittableRandom random) {
        try (Scope scope = ENGINE.scope();
                DynamicBatch.Drawing drawing = batch.begin()) {
            for (int steps = 1 + random.nextInt(6); steps > 0; steps--) {
                int rows = 1 + random.nextInt(5);
                float[] values = new float[rows * (1 + random.nextInt(2))];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextInt(1000);
                }
                float bad = random.nextInt(20) == 0 ? NO_MEMORY : random.nextInt(20) == 0 ? -1 : 0;
                values[0] = bad == 0 ? values[0] : bad;
                List<Tensor> inputs = List.of(ENGINE.tensor(values, rows, values.length / rows));
                if (bad == 0) {
                    float[] result = drawing.forward(inputs).contiguous().toFloatArray();
                    for (int i = 0; i < values.length; i++) {
                        assertEquals(2 * values[i], result[i]);
                    }
                } else {
                    Throwable failure = assertThrows(Throwable.class, () -> drawing.forward(inputs));
                    assertEquals(bad == NO_MEMORY, failure instanceof OutOfMemoryError, failure.toString());
                    assertEquals(bad == -1, failure instanceof IllegalArgumentException, failure.toString());
                }
            }
        }
    }

    @Test
    void aWaitingThreadThatIsInterruptedGetsItsRowsAndStaysInterrupted() throws Exception {
        askFirst();
        FutureTask<Boolean> second = new FutureTask<>(() -> {
            try (Scope scope = ENGINE.scope();
                    DynamicBatch.Drawing drawing = batch.begin()) {
                drawing.forward(List.of(ENGINE.zeros(DType.FLOAT32, 1, 2)));
                return Thread.interrupted();
            }
        });
        Thread thread = new Thread(second);
        threads.add(thread);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        thread.interrupt();
        release();
        assertTrue(second.get());
    }
}
