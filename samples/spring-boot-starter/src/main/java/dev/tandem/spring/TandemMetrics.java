package dev.tandem.spring;

import dev.tandem.core.agent.AgentObserver;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.safety.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** Counts and measures what the agent does, under the names of Tandem's own server. Nothing of what was said is in it. */
public final class TandemMetrics implements AgentObserver {

    private final MeterRegistry registry;

    /** Measures into a registry; an agent of your own takes it as its observer. */
    public TandemMetrics(MeterRegistry registry) {
        this.registry = registry;
        // a dashboard shows 0 and not nothing before the first answer
        registry.counter("tandem.photos.drawn");
        tokens("prompt", 0);
        tokens("completion", 0);
    }

    @Override
    public void onReply(Reply reply) {
        Reply.Timings timings = reply.timings();
        registry.timer("tandem.answer").record(timings.text().plus(timings.photos()));
        registry.timer("tandem.first.token").record(timings.firstToken());
        tokens("prompt", reply.usage().promptTokens());
        tokens("completion", reply.usage().newTokens());
        reply.judgements().forEach(judgement -> onJudged(judgement.verdict()));
        int photos = reply.photos().size();
        if (photos > 0) {
            drawn(photos, timings.photos());
        }
    }

    @Override
    public void onDrawn(Photo photo, Duration took) {
        drawn(1, took);
    }

    @Override
    public void onJudged(Verdict verdict) {
        registry.counter("tandem.judgements", "action", verdict.action().name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private void drawn(int photos, Duration took) {
        registry.counter("tandem.photos.drawn").increment(photos);
        for (int i = 0; i < photos; i++) { // so that it counts photos and not answers
            registry.timer("tandem.photo").record(took.dividedBy(photos));
        }
    }

    private void tokens(String kind, int count) {
        registry.counter("tandem.tokens", "kind", kind).increment(count);
    }
}
