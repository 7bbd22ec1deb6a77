package dev.tandem.samples.server;

import dev.tandem.core.dialogue.Reply;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;

/** What is counted and measured, as Prometheus reads it. Nothing of what was said is in it. */
final class Metrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Metrics(WorkQueue queue) {
        Gauge.builder("tandem.queue.length", queue, WorkQueue::length)
                .description("requests that wait for their turn")
                .register(registry);
        registry.counter("tandem.photos.drawn");
        tokens("prompt", 0);
        tokens("completion", 0);
    }

    /** A request ended. */
    void requested(String method, String route, int status, Duration took) {
        Timer.builder("tandem.requests")
                .description("requests by route and status, and how long they took")
                .tags("method", method, "route", route, "status", Integer.toString(status))
                .register(registry)
                .record(took);
    }

    /** The agent answered. */
    void replied(Reply reply) {
        tokens("prompt", reply.usage().promptTokens());
        tokens("completion", reply.usage().newTokens());
        registry.timer("tandem.first.token").record(reply.timings().firstToken());
        if (!reply.photos().isEmpty()) {
            drawn(reply.photos().size(), reply.timings().photos());
        }
    }

    /** Photos were drawn. */
    void drawn(int photos, Duration took) {
        registry.counter("tandem.photos.drawn").increment(photos);
        for (int i = 0; i < photos; i++) { // so that it counts photos and not answers
            registry.timer("tandem.photo").record(took.dividedBy(photos));
        }
    }

    private void tokens(String kind, int count) {
        registry.counter("tandem.tokens", "kind", kind).increment(count);
    }

    String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
