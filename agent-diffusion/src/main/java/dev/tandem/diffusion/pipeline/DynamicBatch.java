package dev.tandem.diffusion.pipeline;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One network for all drawings that are under way: what several threads ask of it at a time goes through it as one batch (dynamic batching). As each row has its own time
 * step, drawings share a pass whatever step they are at, so one that comes late joins those that have begun, and one that ends keeps nobody.
 *
 * <p>Whoever finds the network free runs the next pass, for all that wait. It waits itself, for a part of the time that a pass takes, for drawings that are between two
 * steps; a drawing that is alone never waits. Where the engine computes well on several threads at a time, as many passes run side by side and share the drawings.
 *
 * <p>Rows do not depend on one another, but a kernel may sum in another order in a larger batch: results are equal within rounding.
 */
final class DynamicBatch {

    /** What the network computes; inputs and output have the batch as their first dimension. */
    @FunctionalInterface
    interface Network {

        Tensor forward(List<Tensor> inputs);
    }

    /** With guidance two rows a picture. */
    private static final int MOST_ROWS = 32;

    /** Part of a pass' time that is waited for others. */
    private static final double PATIENCE = 0.25;

    private static final long MOST_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final TensorEngine engine;
    private final Network network;
    private final int mostRows;
    private final IntSupplier mostPasses;

    private final List<Request> waiting = new ArrayList<>();

    /** Drawings that are under way, and how many of them are in a pass. */
    private int drawings;

    private int busy;
    private int passes;
    private boolean gathering;
    private long lastPassNanos;

    /** A network that is idle, with as many passes at a time as the engine likes. */
    DynamicBatch(TensorEngine engine, Network network) {
        this(engine, network, MOST_ROWS, engine::parallelism);
    }

    /**
     * A network that is idle.
     *
     * @param mostRows of a batch, which bounds its memory; a request of more goes through alone
     * @param mostPasses at a time
     */
    DynamicBatch(TensorEngine engine, Network network, int mostRows, IntSupplier mostPasses) {
        this.engine = engine;
        this.network = network;
        this.mostRows = mostRows;
        this.mostPasses = mostPasses;
    }

    /** A drawing takes part from here until it is closed: others wait for it a little. */
    Drawing begin() {
        synchronized (this) {
            drawings++;
        }
        return new Drawing();
    }

    /** A drawing's way to the network; for one thread. */
    final class Drawing implements AutoCloseable {

        private boolean closed;

        private Drawing() {}

        /**
         * Runs the network.
         *
         * @param inputs all with as many rows, which are the drawing's own until this returns
         * @return its rows of the output, in the scope that is current now
         */
        Tensor forward(List<Tensor> inputs) {
            try (Scope box = engine.scope()) {
                Request request = new Request(inputs, box);
                pass(request);
                return box.keep(request.result());
            }
        }

        @Override
        public void close() {
            synchronized (DynamicBatch.this) {
                if (!closed) {
                    closed = true;
                    drawings--;
                    DynamicBatch.this.notifyAll();
                }
            }
        }
    }

    /** Waits until a request is answered, and runs the passes that nobody else does. */
    private void pass(Request mine) {
        boolean interrupted = false;
        synchronized (this) {
            waiting.add(mine);
            notifyAll(); // whoever gathers a batch may wait for this one
        }
        try {
            while (true) {
                List<Request> batch;
                synchronized (this) {
                    while (!mine.answered && (mine.taken || gathering || passes >= mostPasses.getAsInt())) {
                        interrupted |= !pause(0);
                    }
                    if (mine.answered) {
                        return;
                    }
                    gathering = true;
                    try {
                        interrupted |= !waitForOthers();
                        batch = take();
                    } finally {
                        gathering = false;
                        notifyAll();
                    }
                    passes++;
                }
                long began = System.nanoTime();
                try {
                    run(batch);
                } finally {
                    synchronized (this) {
                        lastPassNanos = System.nanoTime() - began;
                        batch.forEach(request -> request.answered = true);
                        passes--;
                        busy -= batch.size();
                        notifyAll();
                    }
                }
            }
        } finally {
            synchronized (this) {
                waiting.remove(mine); // where it leaves by an error, its inputs are freed
            }
            if (interrupted) {
                Thread.currentThread()
                        .interrupt(); // a pass cannot be left half way; the caller sees to it after the step
            }
        }
    }

    /** Drawings of a batch, where as many passes as the engine likes are shared fairly. */
    private int share() {
        return Math.max(1, (drawings + mostPasses.getAsInt() - 1) / mostPasses.getAsInt());
    }

    /** Waits for drawings that are between two steps, while there are such; returns false if interrupted. */
    private boolean waitForOthers() {
        long until = System.nanoTime() + Math.min(MOST_PATIENCE_NANOS, (long) (PATIENCE * lastPassNanos));
        boolean quiet = true;
        while (waiting.size() < Math.min(share(), drawings - busy)) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                break;
            }
            quiet &= pause(left);
        }
        return quiet;
    }

    /** Waits to be told, without end for 0; returns false if interrupted. */
    private boolean pause(long nanos) {
        try {
            if (nanos == 0) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** The request that waits longest, and those that fit beside it. */
    private List<Request> take() {
        List<Request> batch = new ArrayList<>();
        int share = share();
        long rows = 0;
        for (Request request : waiting) {
            if (batch.isEmpty()
                    || batch.size() < share && rows + request.rows <= mostRows && request.fits(batch.get(0))) {
                batch.add(request);
                rows += request.rows;
            }
        }
        // only now: what is taken and not in a batch would wait for ever
        waiting.removeAll(batch);
        busy += batch.size();
        batch.forEach(request -> request.taken = true);
        return batch;
    }

    private void run(List<Request> batch) {
        if (batch.size() > 1) {
            try {
                together(batch);
                return;
            } catch (RuntimeException | Error e) {
                // too much memory, or one request's fault: alone, each gets an answer or an error of its own
            }
        }
        for (Request request : batch) {
            try (Scope scope = engine.scope()) {
                request.result = request.box.adopt(network.forward(request.inputs));
            } catch (RuntimeException | Error e) {
                request.failure = e;
            }
        }
    }

    private void together(List<Request> batch) {
        try (Scope scope = engine.scope()) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < batch.get(0).inputs.size(); i++) {
                int input = i;
                inputs.add(engine.cat(
                        batch.stream().map(request -> request.inputs.get(input)).toList(), 0));
            }
            Tensor output = network.forward(inputs);
            long first = 0;
            for (Request request : batch) {
                request.result = request.box.adopt(output.narrow(0, first, request.rows));
                first += request.rows;
            }
        }
    }

    /** What a drawing asks; what is computed is handed from thread to thread under the lock. */
    private static final class Request {

        private final List<Tensor> inputs;
        private final Scope box;
        private final long rows;

        /** Type and shape of a row of each input. */
        private final List<String> kind;

        private boolean taken;
        private boolean answered;
        private @Nullable Tensor result;
        private @Nullable Throwable failure;

        /**
         * A request.
         *
         * @param box takes the result, on whatever thread it is computed
         */
        Request(List<Tensor> inputs, Scope box) {
            this.inputs = inputs;
            this.box = box;
            this.rows = inputs.get(0).size(0);
            this.kind = inputs.stream()
                    .map(x -> x.dtype() + Arrays.toString(Arrays.copyOfRange(x.shape(), 1, x.rank())))
                    .toList();
        }

        /** Whether both can be rows of one batch. */
        boolean fits(Request other) {
            return kind.equals(other.kind);
        }

        Tensor result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            if (result == null) {
                throw new IllegalStateException("the pass of the network for this drawing was given up");
            }
            return result;
        }
    }
}
