package dev.tandem.samples.server;

import dev.tandem.core.stage.CancelledException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers in the making, one thread that looks after them all, and the queue before the model. */
final class Jobs implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final int WATCH_MILLIS = 200;

    private final WorkQueue queue;
    private final Limits limits;
    private volatile boolean ending;
    private final Set<Job> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "tandem-watch");
        thread.setDaemon(true);
        return thread;
    });

    Jobs(WorkQueue queue, Limits limits) {
        this.queue = queue;
        this.limits = limits;
        watch.scheduleWithFixedDelay(this::look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (Job job : running) {
            try {
                job.watch();
                int before = queue.before(job.cancellation());
                if (before >= 0) {
                    job.waits(before);
                }
            } catch (CancelledException e) {
                job.stop(Job.End.HUNG_UP); // it reads nothing of what it is told
            } catch (RuntimeException e) {
                LOG.error("the watch over an answer failed; it goes on", e); // thrown, it would end the watch for good
            }
        }
    }

    WorkQueue queue() {
        return queue;
    }

    /**
     * Does the work, which waits for its turn before the models; called on the thread that handles the request.
     *
     * @throws ApiException if there is no place, it takes too long, or the server stops
     * @throws CancelledException if the client has gone
     */
    <T> T run(Function<Job, T> work) {
        return run(work, before -> {});
    }

    /**
     * Does the work, which waits for its turn before the models, and tells from another thread how many are before it; called on the thread that handles the request.
     *
     * @throws ApiException if there is no place, it takes too long, or the server stops
     * @throws CancelledException if the client has gone
     */
    <T> T run(Function<Job, T> work, IntConsumer waiting) {
        Job job = new Job(
                Hangup.ofThisThread(), System.nanoTime() + limits.answer().toNanos(), waiting);
        running.add(job);
        if (ending) { // its body came while the others were stopped
            job.stop(Job.End.STOPPING);
        }
        try (WorkQueue.Place place = queue.enter()) {
            return work.apply(job);
        } catch (CancelledException e) {
            throw switch (job.end()) {
                case HUNG_UP -> e;
                case LATE -> ApiException.late(limits.answer().toSeconds());
                case STOPPING -> ApiException.stopping();
            };
        } finally {
            running.remove(job);
            job.finished();
        }
    }

    /** Stops all that is under way, and what is yet to come. */
    void cancelAll() {
        ending = true;
        running.forEach(job -> job.stop(Job.End.STOPPING));
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
