package dev.tandem.core.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.file.Sha256;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A message as it is stored: LangChain4j's own JSON without pictures, and beside it what the pictures are, by the hash of their bytes. Its own JSON would lose
 * the pictures of an {@link AiMessage}, and repeat those of a user with every copy of the message.
 *
 * @param json {@code {"message": ..., "images": [{"hash", "mime", "caption"}]}}
 * @param pictures the bytes by hash
 */
record StoredMessage(String json, Map<String, byte[]> pictures) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Stands in a user's message for a picture, followed by its hash. */
    private static final String PLACE = "tandem-photo:";

    /** How a message is stored. */
    static StoredMessage of(ChatMessage message) {
        Map<String, byte[]> pictures = new LinkedHashMap<>();
        ArrayNode images = JSON.createArrayNode();
        ChatMessage plain = message;
        if (message instanceof AiMessage ai && ai.attributes().containsKey(AiMessage.GENERATED_IMAGES_KEY)) {
            ai.images().forEach(image -> images.add(described(image, pictures)));
            Map<String, Object> rest = new LinkedHashMap<>(ai.attributes());
            rest.remove(AiMessage.GENERATED_IMAGES_KEY);
            plain = ai.toBuilder().attributes(rest).build();
        } else if (message instanceof UserMessage user) {
            List<Content> contents = new ArrayList<>();
            for (Content content : user.contents()) {
                if (content instanceof ImageContent image && image.image().base64Data() != null) {
                    ObjectNode node = described(image.image(), pictures);
                    node.put("detail", image.detailLevel().name());
                    images.add(node);
                    contents.add(ImageContent.from(PLACE + node.path("hash").asText()));
                } else {
                    contents.add(content);
                }
            }
            plain = user.toBuilder().contents(contents).build();
        }
        ObjectNode stored = JSON.createObjectNode();
        try {
            stored.set("message", JSON.readTree(ChatMessageSerializer.messageToJson(plain)));
            if (!images.isEmpty()) {
                stored.set("images", images);
            }
            return new StoredMessage(JSON.writeValueAsString(stored), pictures);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "a message of type " + message.type() + " cannot be stored: " + e.getMessage(), e);
        }
    }

    private static ObjectNode described(Image image, Map<String, byte[]> pictures) {
        ObjectNode node = JSON.createObjectNode();
        if (image.base64Data() != null && !image.base64Data().isEmpty()) {
            byte[] bytes = Base64.getDecoder().decode(image.base64Data());
            String hash = Sha256.hex(bytes);
            pictures.put(hash, bytes);
            node.put("hash", hash);
        }
        if (image.url() != null) {
            node.put("url", image.url().toString());
        }
        putIfThere(node, "mime", image.mimeType());
        putIfThere(node, "caption", image.revisedPrompt());
        return node;
    }

    private static void putIfThere(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    /**
     * The message again.
     *
     * @param json as stored
     * @param pictures gives bytes by hash; null for a picture that is gone, whose caption then remains
     */
    static ChatMessage restore(String json, Function<String, byte @Nullable []> pictures) {
        try {
            JsonNode stored = JSON.readTree(json);
            ChatMessage plain = ChatMessageDeserializer.messageFromJson(
                    stored.path("message").toString());
            List<JsonNode> images = new ArrayList<>();
            stored.path("images").forEach(images::add);
            if (images.isEmpty()) {
                return plain;
            }
            if (plain instanceof AiMessage ai) {
                Map<String, Object> attributes = new LinkedHashMap<>(ai.attributes());
                attributes.put(
                        AiMessage.GENERATED_IMAGES_KEY,
                        images.stream().map(node -> image(node, pictures)).toList());
                return ai.toBuilder().attributes(attributes).build();
            }
            if (plain instanceof UserMessage user) {
                return user.toBuilder()
                        .contents(contents(user, images, pictures))
                        .build();
            }
            return plain;
        } catch (JsonProcessingException | RuntimeException e) {
            throw new IllegalStateException("a stored message is damaged: " + e.getMessage(), e);
        }
    }

    private static List<Content> contents(
            UserMessage user, List<JsonNode> images, Function<String, byte @Nullable []> pictures) {
        List<Content> contents = new ArrayList<>();
        int next = 0;
        for (Content content : user.contents()) {
            if (content instanceof ImageContent image
                    && image.image().url() != null
                    && image.image().url().toString().startsWith(PLACE)) {
                JsonNode node = images.get(next++);
                Image restored = image(node, pictures);
                if (restored.base64Data() != null) {
                    contents.add(ImageContent.from(
                            restored,
                            ImageContent.DetailLevel.valueOf(node.path("detail").asText("LOW"))));
                }
            } else {
                contents.add(content);
            }
        }
        return contents;
    }

    private static Image image(JsonNode node, Function<String, byte @Nullable []> pictures) {
        Image.Builder image = Image.builder();
        if (node.has("hash")) {
            byte[] bytes = pictures.apply(node.path("hash").asText());
            if (bytes != null) {
                image.base64Data(Base64.getEncoder().encodeToString(bytes));
            }
        }
        if (node.has("url")) {
            image.url(node.path("url").asText());
        }
        if (node.has("mime")) {
            image.mimeType(node.path("mime").asText());
        }
        if (node.has("caption")) {
            image.revisedPrompt(node.path("caption").asText());
        }
        return image.build();
    }
}
