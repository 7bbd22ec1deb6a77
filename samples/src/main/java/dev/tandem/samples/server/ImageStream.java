package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.Picture;
import java.time.Instant;
import java.util.function.Supplier;

/** Sends pictures while they are drawn. */
final class ImageStream implements ImageListener {

    private final EventStream events;
    private final int mostPartials;
    private int partials;

    ImageStream(EventStream events, int mostPartials) {
        this.events = events;
        this.mostPartials = mostPartials;
    }

    @Override
    public void onStep(int step, int steps) {}

    /** As many previews as the client wants, at equal distances. */
    @Override
    public void onPreview(int step, int steps, Supplier<Picture> preview) {
        if (partials < mostPartials
                && !events.isBehind()
                && (long) step * (mostPartials + 1) >= (long) steps * (partials + 1)) {
            ObjectNode event = event("image_generation.partial_image", Pictures.base64(preview.get()))
                    .put("partial_image_index", partials++);
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
