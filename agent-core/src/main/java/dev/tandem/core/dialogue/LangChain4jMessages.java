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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues as LangChain4j's messages and back, for products that keep their memory there.
 *
 * <p>The agent's photos are the images of an {@link AiMessage} (attribute {@link AiMessage#GENERATED_IMAGES_KEY}) with the caption as
 * {@link Image#revisedPrompt()}; photos that a person sent without a caption are {@link ImageContent}. LangChain4j has no order among text and images of an answer, so photos that stand before words have a further
 * attribute, {@link #PHOTO_PLACES_KEY}; without it photos come back after the words. A photo's seed is not carried.
 */
public final class LangChain4jMessages {

    /** Attribute of an {@link AiMessage}: a list with, for each of its images, how many chars of its text come before it. It is there only if not all photos come last. */
    public static final String PHOTO_PLACES_KEY = "photo_places";

    /** Largest picture that is decoded, in base64 chars. */
    private static final int MAX_BASE64 = 64 << 20;

    private LangChain4jMessages() {}

    /** One message for each turn. */
    public static List<ChatMessage> toLangChain4j(Dialogue dialogue) {
        return dialogue.turns().stream().map(LangChain4jMessages::toMessage).toList();
    }

    /** The agent's answer as a message. */
    public static AiMessage toLangChain4j(Reply reply) {
        return toAiMessage(reply.parts());
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
                addAnswer(parts, ai);
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
            case AGENT -> toAiMessage(turn.parts());
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

    private static AiMessage toAiMessage(List<Part> parts) {
        StringBuilder text = new StringBuilder();
        List<Image> images = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Photo photo) {
                images.add(toImage(photo));
                places.add(text.length());
            } else if (part instanceof Words words && !words.text().isBlank()) {
                text.append(text.isEmpty() ? "" : " ").append(words.text().strip());
            }
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        if (!images.isEmpty()) {
            attributes.put(AiMessage.GENERATED_IMAGES_KEY, List.copyOf(images));
        }
        if (places.stream().anyMatch(place -> place < text.length())) {
            attributes.put(PHOTO_PLACES_KEY, List.copyOf(places));
        }
        return AiMessage.builder().text(text.toString()).attributes(attributes).build();
    }

    /**
     * Where the photos of an answer stand.
     *
     * @return for each image of the message how many chars of its text come before it, never less than for the one before; all of them where the message does not say
     */
    public static List<Integer> photoPlaces(AiMessage message) {
        int length = message.text() == null ? 0 : message.text().length();
        int count = message.images().size();
        List<Integer> places = new ArrayList<>();
        if (message.attributes().get(PHOTO_PLACES_KEY) instanceof List<?> told && told.size() == count) {
            int least = 0;
            for (Object place : told) { // anybody may have written the attribute
                least = Math.min(length, Math.max(least, place instanceof Number number ? number.intValue() : length));
                places.add(least);
            }
            return places;
        }
        return Collections.nCopies(count, length);
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

    private static void addAnswer(List<Part> parts, AiMessage ai) {
        String text = ai.text() == null ? "" : ai.text();
        List<Integer> places = photoPlaces(ai);
        int from = 0;
        for (int i = 0; i < places.size(); i++) {
            addWords(parts, piece(text, from, places.get(i)));
            parts.add(toPhoto(ai.images().get(i)));
            from = places.get(i);
        }
        addWords(parts, piece(text, from, text.length()));
    }

    /** A text that no photo divides stays as it is; pieces lose the blanks that were put between them. */
    private static String piece(String text, int from, int to) {
        return from == 0 && to == text.length()
                ? text
                : text.substring(from, to).strip();
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
