package dev.tandem.core.agent;

import dev.tandem.core.stage.Cancellation;
import java.util.function.Supplier;

/**
 * Where and when an agent's models compute. A server lets each stage have a few threads of its own: so words do not wait until others' pictures are drawn, and native memory,
 * which keeps something for each thread that ever computed, stays bounded however many threads ask.
 *
 * <p>Listeners are told on the thread that works, while the one that asked waits: there they must not close the agent or ask anything of it or its conversation, which would wait for
 * the request that waits for them.
 *
 * <p>Safe to use from several threads.
 */
public interface StageRunner {

    /** What is computed. */
    enum Stage {
        /** The language model writes an answer. */
        LANGUAGE,
        /** The diffusion model draws a photo, and guards look at it. */
        IMAGE
    }

    /** At once, on the thread that asks. */
    StageRunner DIRECT = new StageRunner() {
        @Override
        public <T> T run(Stage stage, Cancellation cancellation, Supplier<T> work) {
            return work.get();
        }
    };

    /**
     * Runs work, now or later, on this thread or another, and waits for its end.
     *
     * @param cancellation of the request; what has not begun need not begin any more
     * @return what the work gives; what it throws is thrown here
     * @throws dev.tandem.core.stage.CancelledException if cancelled before it began
     */
    <T> T run(Stage stage, Cancellation cancellation, Supplier<T> work);
}
