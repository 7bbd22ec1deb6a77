package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Photo;
import java.time.Instant;

/** Sends pictures while they are drawn. */
final class ImageStream {

    private final EventStream events;
    private final int mostPartials;
    private int partials;

    ImageStream(EventStream events, int mostPartials) {
        this.events = events;
        this.mostPartials = mostPartials;
    }

    /** A preview, if the client wants one more of this picture. */
    void partial(String base64) {
        if (partials < mostPartials) {
            ObjectNode event = event("image_generation.partial_image", base64).put("partial_image_index", partials++);
            events.send("image_generation.partial_image", event);
        }
    }

    /** The picture is there; what comes is the next one. */
    void completed(Photo photo) {
        partials = 0;
        ObjectNode event = event("image_generation.completed", Pictures.base64(photo))
                .put("size", photo.width() + "x" + photo.height())
                .put("output_format", "png")
                .put("revised_prompt", photo.caption());
        events.send("image_generation.completed", event);
    }

    private static ObjectNode event(String type, String base64) {
        return Json.object()
                .put("type", type)
                .put("b64_json", base64)
                .put("created_at", Instant.now().getEpochSecond());
    }
}
