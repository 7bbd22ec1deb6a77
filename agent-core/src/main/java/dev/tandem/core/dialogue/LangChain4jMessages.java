package dev.tandem.core.dialogue;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.vision.SentPhoto;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues as LangChain4j's messages and back, for products that keep their memory there.
 *
 * <p>The agent's photos are the images of an {@link AiMessage} (attribute {@link AiMessage#GENERATED_IMAGES_KEY}) with the caption as
 * {@link Image#revisedPrompt()}; photos that a person sent without a caption are {@link ImageContent}. LangChain4j has no order among text and images: photos come back after the words. A photo's seed is not
 * carried.
 */
public final class LangChain4jMessages {

    /** Largest picture that is decoded, in base64 chars. */
    private static final int MAX_BASE64 = 64 << 20;

    private LangChain4jMessages() {}

    /** One message for each turn. */
    public static List<ChatMessage> toLangChain4j(Dialogue dialogue) {
        return dialogue.turns().stream().map(LangChain4jMessages::toMessage).toList();
    }

    /** The agent's answer as a message. */
    public static AiMessage toLangChain4j(Reply reply) {
        return toAiMessage(reply.text(), reply.photos());
    }

    /** A photo as an image: its file in base64, its caption as {@link Image#revisedPrompt()}. */
    public static Image toLangChain4j(Photo photo) {
        return toImage(photo);
    }

    /**
     * One turn for each message of a person or a model; system messages are left out, because the model folder brings its own.
     *
     * @throws IllegalArgumentException for messages that have no counterpart: calls of tools, and what a person says in anything but text and images
     */
    public static Dialogue fromLangChain4j(List<? extends ChatMessage> messages) {
        List<Turn> turns = new ArrayList<>();
        for (ChatMessage message : messages) {
            List<Part> parts = new ArrayList<>();
            if (message instanceof UserMessage user) {
                for (Content content : user.contents()) {
                    if (content instanceof TextContent text) {
                        addWords(parts, text.text());
                    } else if (content instanceof ImageContent image) {
                        parts.add(toSentPhoto(image.image()));
                    } else {
                        throw new IllegalArgumentException(
                                "a user message with " + content.type() + " cannot be read, only text and images");
                    }
                }
                addTurn(turns, Speaker.USER, parts);
            } else if (message instanceof AiMessage ai) {
                if (ai.hasToolExecutionRequests()) {
                    throw new IllegalArgumentException(
                            "a message that calls tools cannot be part of a photo-sharing dialogue");
                }
                addWords(parts, ai.text());
                ai.images().forEach(image -> parts.add(toPhoto(image)));
                addTurn(turns, Speaker.AGENT, parts);
            } else if (!(message instanceof SystemMessage)) {
                throw new IllegalArgumentException(
                        "a message of type " + message.type() + " cannot be part of a photo-sharing dialogue");
            }
        }
        return new Dialogue(turns);
    }

    private static ChatMessage toMessage(Turn turn) {
        return switch (turn.speaker()) {
            case USER -> toUserMessage(turn);
            case AGENT -> toAiMessage(turn.text(), turn.photos());
        };
    }

    private static UserMessage toUserMessage(Turn turn) {
        List<Content> contents = new ArrayList<>();
        for (Photo photo : turn.photos()) {
            if (!photo.hasCaption()) {
                contents.add(ImageContent.from(Base64.getEncoder().encodeToString(photo.png()), "image/png"));
            }
        }
        String text = turn.text();
        if (!text.isEmpty()) {
            contents.add(TextContent.from(text));
        }
        return contents.size() == 1 && !text.isEmpty() ? UserMessage.from(text) : UserMessage.from(contents);
    }

    private static AiMessage toAiMessage(String text, List<Photo> photos) {
        AiMessage.Builder message = AiMessage.builder().text(text);
        if (!photos.isEmpty()) {
            List<Image> images =
                    photos.stream().map(LangChain4jMessages::toImage).toList();
            message.attributes(Map.of(AiMessage.GENERATED_IMAGES_KEY, images));
        }
        return message.build();
    }

    private static Image toImage(Photo photo) {
        Image.Builder image = Image.builder().revisedPrompt(photo.caption()).mimeType("image/png");
        if (photo.hasPicture()) {
            image.base64Data(Base64.getEncoder().encodeToString(photo.png()));
        }
        return image.build();
    }

    private static Photo toSentPhoto(Image image) {
        String data = image.base64Data();
        if (data == null || data.isEmpty()) {
            throw new IllegalArgumentException(
                    "an image of a user message has no base64 data; images at an address are not fetched");
        }
        return SentPhoto.of(decoded(data));
    }

    private static byte[] decoded(String base64) {
        if (base64.length() > MAX_BASE64) {
            throw new IllegalArgumentException(
                    "an image has " + base64.length() + " base64 characters; at most " + MAX_BASE64 + " are read");
        }
        return Base64.getDecoder().decode(base64);
    }

    private static Photo toPhoto(Image image) {
        String caption = image.revisedPrompt();
        if (caption == null || caption.isBlank()) {
            throw new IllegalArgumentException("an image without revisedPrompt has no caption");
        }
        String data = image.base64Data();
        if (data == null || data.isEmpty()) {
            return Photo.described(caption);
        }
        return Photo.ofPng(caption, decoded(data), 0);
    }

    private static void addWords(List<Part> parts, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            parts.add(new Words(text));
        }
    }

    private static void addTurn(List<Turn> turns, Speaker speaker, List<Part> parts) {
        if (!parts.isEmpty()) {
            turns.add(new Turn(speaker, parts));
        }
    }
}
