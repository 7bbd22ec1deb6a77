package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.format.DateTimeFormatter;

/** {@code /v1/conversations}: what the web chat needs beyond OpenAI's routes. */
final class ConversationRoutes {

    private final Conversations conversations;
    private final PerKey reading;

    /**
     * The routes.
     *
     * @param reading how many conversations, each with its photos, are sent to one key at a time
     */
    ConversationRoutes(Conversations conversations, PerKey reading) {
        this.conversations = conversations;
        this.reading = reading;
    }

    void list(Context context) {
        ObjectNode list = Json.object().put("object", "list");
        ArrayNode data = list.putArray("data");
        for (Conversations.Entry entry : conversations.list(Access.owner(context))) {
            data.addObject()
                    .put("id", entry.id())
                    .put("title", entry.title())
                    .put("changed", DateTimeFormatter.ISO_INSTANT.format(entry.changed()));
        }
        Answers.send(context, list);
    }

    void begin(Context context) {
        Answers.send(context, Json.object().put("id", conversations.begin(Access.owner(context))));
    }

    void messages(Context context) {
        String owner = Access.owner(context);
        try (PerKey.Place place = reading.take(owner)) {
            ObjectNode list = Json.object().put("object", "list");
            ArrayNode data = list.putArray("data");
            conversations
                    .messages(owner, context.pathParam("id"))
                    .forEach(message -> data.add(MessageJson.stored(message)));
            Answers.send(context, list);
        }
    }

    void delete(Context context) {
        conversations.delete(Access.owner(context), context.pathParam("id"));
        context.status(204);
    }
}
