package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/images/generations}, and the same for a photo of a stored conversation, {@code POST /v1/conversations/{id}/messages/{message}/images/{image}}: what is drawn is
 * kept there in its place before the client hears of it.
 */
final class ImageRoute {

    private final PhotoSharingAgent agent;
    private final ModelName model;
    private final Limits limits;
    private final Bodies bodies;
    private final Jobs jobs;
    private final PerKey perKey;
    private final Conversations conversations;
    private final Metrics metrics;

    ImageRoute(
            PhotoSharingAgent agent,
            ModelName model,
            Limits limits,
            Bodies bodies,
            Jobs jobs,
            PerKey perKey,
            Conversations conversations,
            Metrics metrics) {
        this.agent = agent;
        this.model = model;
        this.limits = limits;
        this.bodies = bodies;
        this.jobs = jobs;
        this.perKey = perKey;
        this.conversations = conversations;
        this.metrics = metrics;
    }

    /** Draws pictures that only the client keeps. */
    void generate(Context context) throws IOException {
        handle(context, null);
    }

    /** Draws a photo of a conversation again. */
    void replace(Context context) throws IOException {
        handle(context, StoredPhoto.of(context));
    }

    private void handle(Context context, @Nullable StoredPhoto place) throws IOException {
        jobs.queue().requirePlace();
        try (PerKey.Place mine = perKey.take(Access.owner(context))) {
            answer(context, place);
        }
    }

    private void answer(Context context, @Nullable StoredPhoto place) throws IOException {
        ImageRequest request = bodies.read(context, body -> ImageRequest.read(Json.read(body), agent, model, limits));
        if (place != null && request.count() > 1) {
            throw ApiException.invalid("n", "invalid_value", "one photo takes the place of another, so 'n' is 1 here");
        }
        if (place != null) {
            conversations.require(place.owner(), place.conversation());
        }
        if (request.stream()) {
            EventStream events = new EventStream(context, limits.drain());
            ImageStream stream = new ImageStream(events, request.partials());
            Failures.during(
                    events,
                    () -> jobs.run(job -> answer(request, place, job, stream, stream::completed), events::waiting));
        } else {
            Answers.send(
                    context, answer(jobs.run(job -> answer(request, place, job, ImageListener.NONE, photo -> {}))));
        }
    }

    private List<Photo> answer(
            ImageRequest request,
            @Nullable StoredPhoto place,
            Job job,
            ImageListener drawing,
            Consumer<Photo> listener) {
        if (place == null) {
            return draw(request, job, drawing, listener);
        }
        AiMessage known = place.in(conversations.messages(place.owner(), place.conversation()));
        return draw(request, job, drawing, photo -> {
            job.cancellation().check();
            conversations.replace(place, known, photo, limits.conversationBytes());
            listener.accept(photo);
        });
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
