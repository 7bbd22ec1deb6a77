package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.caption.Caption;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.stage.Picture;
import java.util.function.Supplier;

/** Sends an answer while it comes: words, how far its photos are, and the photos. */
final class ChatStream implements AgentListener {

    /** Steps from a preview to the next. */
    private static final int PREVIEW_EVERY = 3;

    private final EventStream events;
    private final ChatJson json;
    private boolean begun;

    ChatStream(EventStream events, ChatJson json) {
        this.events = events;
        this.json = json;
    }

    @Override
    public void onText(String piece) {
        begin();
        events.send(json.chunk(Json.object().put("content", piece), null));
    }

    @Override
    public void onCaptionStart() {
        tell(event("photo_begun"));
    }

    @Override
    public void onDrawing(Caption caption, int step, int steps) {
        tell(event("drawing").put("caption", caption.text()).put("step", step).put("steps", steps));
    }

    @Override
    public void onPreview(Caption caption, int step, int steps, Supplier<Picture> preview) {
        if (step % PREVIEW_EVERY == 0 && !events.isBehind()) {
            tell(event("drawing")
                    .put("caption", caption.text())
                    .put("step", step)
                    .put("steps", steps)
                    .put("preview", "data:image/png;base64," + Pictures.base64(preview.get())));
        }
    }

    @Override
    public void onJudged(Caption caption, Verdict verdict) {
        tell(event("judged")
                .put("caption", caption.text())
                .put("action", verdict.action().name())
                .put("reason", verdict.reason()));
    }

    @Override
    public void onPhoto(Photo photo) {
        begin();
        ObjectNode delta = Json.object();
        delta.putArray("images").add(Pictures.part(photo));
        events.send(json.chunk(delta, null));
    }

    /** All is said, and stored where it was to be. */
    void finish(Reply reply, boolean usage) {
        begin();
        events.send(json.chunk(Json.object(), ChatJson.finish(reply)));
        if (usage) {
            events.send(json.usageChunk(reply));
        }
        events.done();
    }

    /** What clients that know nothing of it overlook: the delta is empty. */
    private void tell(ObjectNode event) {
        begin();
        ObjectNode chunk = json.chunk(Json.object(), null);
        chunk.set("tandem", event);
        events.send(chunk);
    }

    private static ObjectNode event(String name) {
        return Json.object().put("event", name);
    }

    private void begin() {
        if (!begun) {
            begun = true;
            events.send(json.chunk(Json.object().put("role", "assistant").put("content", ""), null));
        }
    }
}
