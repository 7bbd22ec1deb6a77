package dev.tandem.samples.server;

import dev.tandem.core.agent.PhotoSharingAgent;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;

/** All that can be asked for. */
final class Routes {

    private final PhotoSharingAgent agent;
    private final ModelName model;
    private final Limits limits;
    private final Bodies bodies;
    private final Jobs jobs;
    private final PerKey perKey;
    private final PerKey reading;
    private final Conversations conversations;
    private final Metrics metrics;

    Routes(
            PhotoSharingAgent agent,
            ServerSettings settings,
            Bodies bodies,
            Jobs jobs,
            Conversations conversations,
            Metrics metrics) {
        this.agent = agent;
        this.model = new ModelName(settings.modelId(), Instant.now());
        this.limits = settings.limits();
        this.bodies = bodies;
        this.jobs = jobs;
        this.perKey = new PerKey(settings.perKey());
        this.reading = new PerKey(settings.perKey());
        this.conversations = conversations;
        this.metrics = metrics;
    }

    List<Route> all() {
        ConversationRoutes stored = new ConversationRoutes(conversations, reading);
        ImageRoute images = new ImageRoute(agent, model, limits, bodies, jobs, perKey, conversations, metrics);
        return List.of(
                Route.get("/v1/models", context -> Answers.send(context, model.list())),
                Route.get("/v1/models/{model}", this::model),
                Route.post(
                        "/v1/chat/completions",
                        new ChatRoute(
                                agent,
                                model,
                                new ChatReader(agent, limits, model),
                                bodies,
                                jobs,
                                perKey,
                                conversations,
                                metrics,
                                limits)),
                Route.post("/v1/images/generations", images::generate),
                Route.get("/v1/conversations", stored::list),
                Route.post("/v1/conversations", stored::begin),
                Route.get("/v1/conversations/{id}/messages", stored::messages),
                Route.post("/v1/conversations/{id}/messages/{message}/images/{image}", images::replace),
                Route.delete("/v1/conversations/{id}", stored::delete),
                Route.get("/health", this::health),
                Route.get("/metrics", this::metrics),
                Route.get("/openapi.json", WebFiles::openApi));
    }

    private void model(Context context) {
        model.require(Texts.clean(context.pathParam("model")));
        Answers.send(context, model.json());
    }

    private void health(Context context) {
        Answers.send(
                context,
                Json.object()
                        .put("status", "ok")
                        .put("model", model.id())
                        .put("queue", jobs.queue().length()));
    }

    private void metrics(Context context) {
        context.contentType("text/plain;version=0.0.4;charset=utf-8");
        context.result(metrics.text());
    }
}
