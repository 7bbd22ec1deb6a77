package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import io.javalin.http.Context;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.stream.Collectors;

/** {@code /v1/conversations}: what the web chat needs beyond OpenAI's routes. */
final class ConversationRoutes {

    private final Conversations conversations;

    ConversationRoutes(Conversations conversations) {
        this.conversations = conversations;
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
        ObjectNode list = Json.object().put("object", "list");
        ArrayNode data = list.putArray("data");
        conversations
                .messages(Access.owner(context), context.pathParam("id"))
                .forEach(message -> data.add(json(message)));
        Answers.send(context, list);
    }

    void delete(Context context) {
        conversations.delete(Access.owner(context), context.pathParam("id"));
        context.status(204);
    }

    private static ObjectNode json(ChatMessage message) {
        boolean agent = message instanceof AiMessage;
        ObjectNode node =
                Json.object().put("role", agent ? "assistant" : "user").put("content", text(message));
        ArrayNode images = node.putArray("images");
        for (Image image : StoredTurn.images(message)) {
            if (image.base64Data() != null) {
                images.add(Pictures.part(image.base64Data(), Objects.requireNonNullElse(image.revisedPrompt(), "")));
            }
        }
        return node;
    }

    private static String text(ChatMessage message) {
        if (message instanceof AiMessage ai) {
            return Objects.requireNonNullElse(ai.text(), "");
        }
        return message instanceof UserMessage user
                ? user.contents().stream()
                        .filter(TextContent.class::isInstance)
                        .map(content -> ((TextContent) content).text())
                        .collect(Collectors.joining(" "))
                : "";
    }
}
