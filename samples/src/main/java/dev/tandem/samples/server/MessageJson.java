package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Words;
import java.util.List;
import java.util.Objects;

/**
 * A message as it is sent: {@code content} and {@code images} for clients of OpenAI's API, which know no order among them, and {@code parts}, which are both in the order in which they
 * were said.
 */
final class MessageJson {

    private final StringBuilder content = new StringBuilder();
    private final ArrayNode images;
    private final ArrayNode parts;
    private final ObjectNode message = Json.object();

    private MessageJson(String role) {
        message.put("role", role).put("content", "");
        images = message.putArray("images");
        parts = message.putArray("parts");
    }

    /** A message of a stored conversation. */
    static ObjectNode stored(ChatMessage message) {
        if (message instanceof AiMessage ai) {
            MessageJson json = new MessageJson("assistant");
            json.answer(ai);
            return json.done();
        }
        MessageJson json = new MessageJson("user");
        if (message instanceof UserMessage user) {
            for (Content each : user.contents()) {
                if (each instanceof TextContent text) {
                    json.words(text.text());
                } else if (each instanceof ImageContent image) {
                    json.image(image.image());
                }
            }
        }
        return json.done();
    }

    /** What the agent answers now. */
    static ObjectNode answer(List<Part> answer) {
        MessageJson json = new MessageJson("assistant");
        for (Part part : answer) {
            if (part instanceof Words words) {
                json.words(words.text());
            } else if (part instanceof Photo photo) {
                json.image(LangChain4jMessages.toLangChain4j(photo));
            }
        }
        return json.done();
    }

    private void answer(AiMessage ai) {
        String text = Objects.requireNonNullElse(ai.text(), "");
        List<Integer> places = LangChain4jMessages.photoPlaces(ai);
        int from = 0;
        for (int i = 0; i < places.size(); i++) {
            words(text.substring(from, places.get(i)).strip());
            image(ai.images().get(i));
            from = places.get(i);
        }
        words(text.substring(from).strip());
    }

    private void words(String words) {
        if (!words.isBlank()) {
            content.append(content.isEmpty() ? "" : " ").append(words);
            parts.addObject().put("type", "text").put("text", words);
        }
    }

    private void image(Image image) {
        if (image.base64Data() != null) {
            parts.addObject().put("type", "image").put("image", images.size());
            images.add(Pictures.part(image.base64Data(), Objects.requireNonNullElse(image.revisedPrompt(), "")));
        }
    }

    private ObjectNode done() {
        return message.put("content", content.toString());
    }
}
