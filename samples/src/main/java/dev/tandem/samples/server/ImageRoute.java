package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** {@code POST /v1/images/generations}. */
final class ImageRoute implements Handler {

    private final PhotoSharingAgent agent;
    private final ModelName model;
    private final Limits limits;
    private final Bodies bodies;
    private final Jobs jobs;
    private final Metrics metrics;

    ImageRoute(PhotoSharingAgent agent, ModelName model, Limits limits, Bodies bodies, Jobs jobs, Metrics metrics) {
        this.agent = agent;
        this.model = model;
        this.limits = limits;
        this.bodies = bodies;
        this.jobs = jobs;
        this.metrics = metrics;
    }

    @Override
    public void handle(Context context) throws IOException {
        jobs.queue().requirePlace();
        ImageRequest request = bodies.read(context, body -> ImageRequest.read(Json.read(body), agent, model, limits));
        if (request.stream()) {
            EventStream events = new EventStream(context);
            ImageStream stream = new ImageStream(events, request.partials());
            Failures.during(events, () -> jobs.run(job -> draw(request, job, stream, stream::completed)));
        } else {
            Answers.send(context, answer(jobs.run(job -> draw(request, job, ImageListener.NONE, photo -> {}))));
        }
    }

    private List<Photo> draw(ImageRequest request, Job job, ImageListener drawing, Consumer<Photo> listener) {
        List<Photo> photos = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            ImageOptions options = request.options().toBuilder()
                    .seed(request.options().seed() + i)
                    .build();
            long began = System.nanoTime();
            Photo photo = agent.draw(request.prompt(), options, job.cancellation(), drawing);
            metrics.drawn(1, Duration.ofNanos(System.nanoTime() - began));
            photos.add(photo);
            listener.accept(photo);
        }
        return photos;
    }

    private static ObjectNode answer(List<Photo> photos) {
        ObjectNode answer = Json.object().put("created", Instant.now().getEpochSecond());
        ArrayNode data = answer.putArray("data");
        photos.forEach(photo ->
                data.addObject().put("b64_json", Pictures.base64(photo)).put("revised_prompt", photo.caption()));
        Photo first = photos.get(0);
        return answer.put("output_format", "png").put("size", first.width() + "x" + first.height());
    }
}
