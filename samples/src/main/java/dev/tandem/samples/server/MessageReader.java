package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the messages of one request. System messages are left out: the model folder says how the agent talks. */
final class MessageReader {

    /** The agent's own answers may be longer than what a person writes. */
    private static final int ANSWER_FACTOR = 4;

    private final Limits limits;
    private int pictures;

    MessageReader(Limits limits) {
        this.limits = limits;
    }

    Dialogue read(List<JsonNode> messages) {
        if (messages.size() > limits.messages()) {
            throw ApiException.invalid(
                    "messages",
                    "conversation_too_long",
                    "'messages' has " + messages.size() + " messages; at most " + limits.messages()
                            + " are read, leave out the oldest");
        }
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Fields message = Fields.of(messages.get(i), "messages[" + i + "]");
            String role = message.text("role");
            List<Part> parts = new ArrayList<>();
            Speaker speaker = Speaker.USER;
            switch (role == null ? "" : role) {
                case "system", "developer" -> {
                    continue;
                }
                case "user" -> content(message, parts, limits.messageLength(), true);
                case "assistant" -> {
                    speaker = Speaker.AGENT;
                    answer(message, parts);
                    message.neutral("tool_calls", "[]");
                }
                default ->
                    throw ApiException.unsupported(
                            message.name("role"),
                            "'" + message.name("role") + "' is user, assistant, system or developer, got '"
                                    + Texts.cut(String.valueOf(role), 50) + "'");
            }
            if (!parts.isEmpty()) {
                turns.add(new Turn(speaker, parts));
            } else if (i == messages.size() - 1) {
                throw ApiException.invalid(message.name("content"), "missing_message", "the last message is empty");
            }
        }
        return new Dialogue(turns);
    }

    /** An earlier answer as this server sent it: in the order of its {@code parts}, or words first. */
    private void answer(Fields message, List<Part> parts) {
        List<@Nullable Photo> photos = shared(message);
        content(message, parts, ANSWER_FACTOR * limits.messageLength(), false);
        List<Part> ordered = new ArrayList<>();
        List<@Nullable Photo> left = new ArrayList<>(photos); // each is shared once
        List<JsonNode> all = message.list("parts");
        for (int i = 0; i < all.size(); i++) {
            Fields part = Fields.of(all.get(i), message.name("parts") + "[" + i + "]");
            Integer image = part.integer("image", 0, photos.size() - 1);
            if (image == null) {
                words(part.text("text"), ordered);
            } else {
                Photo photo = left.set(image, null);
                if (photo != null) {
                    ordered.add(photo);
                }
            }
        }
        if (!said(ordered).equals(said(parts))) { // the client has changed the words, and these count
            ordered = new ArrayList<>(parts);
            photos.stream().filter(Objects::nonNull).forEach(ordered::add);
        }
        parts.clear();
        parts.addAll(ordered);
    }

    private static String said(List<Part> parts) {
        return parts.stream()
                .map(part -> part instanceof Words words ? words.text() : " ")
                .collect(Collectors.joining(" "))
                .strip()
                .replaceAll("\\s+", " ");
    }

    private void content(Fields message, List<Part> parts, int longest, boolean withPictures) {
        JsonNode content = message.get("content");
        if (content == null || content.isTextual()) {
            words(message.text("content"), parts);
        } else {
            List<JsonNode> all = message.list("content");
            for (int i = 0; i < all.size(); i++) {
                Fields part = Fields.of(all.get(i), message.name("content") + "[" + i + "]");
                String type = part.text("type");
                if ("text".equals(type)) {
                    words(part.text("text"), parts);
                } else if ("image_url".equals(type) && withPictures) {
                    parts.add(picture(part));
                } else {
                    throw ApiException.unsupported(
                            part.name("type"),
                            "'" + part.name("type") + "' is text" + (withPictures ? " or image_url" : "") + ", got '"
                                    + Texts.cut(String.valueOf(type), 50) + "'");
                }
            }
        }
        int length = parts.stream()
                .mapToInt(part -> part instanceof Words words ? words.text().length() : 0)
                .sum();
        if (length > longest) {
            throw ApiException.invalid(
                    message.name("content"),
                    "message_too_long",
                    "'" + message.name("content") + "' has " + length + " characters; at most " + longest
                            + " are read, please shorten it");
        }
    }

    private static void words(@Nullable String text, List<Part> parts) {
        if (text != null && !text.isBlank()) {
            parts.add(new Words(text));
        }
    }

    private Photo picture(Fields part) {
        if (++pictures > limits.pictures()) {
            throw ApiException.invalid(
                    part.name("image_url"),
                    "too_many_images",
                    "at most " + limits.pictures() + " pictures are read in one request");
        }
        Fields image = part.object("image_url");
        String url = image == null ? null : image.text("url");
        String param = part.name("image_url.url");
        if (url == null) {
            throw ApiException.invalid(param, "missing_required_parameter", "'" + param + "' is missing");
        }
        return Pictures.sent(url, param, limits);
    }

    /** Photos of an earlier answer, as this server sent them: their captions are what the model remembers. Null stands for one without. */
    private List<@Nullable Photo> shared(Fields message) {
        List<@Nullable Photo> photos = new ArrayList<>();
        int length = 0;
        List<JsonNode> images = message.list("images");
        for (int i = 0; i < images.size(); i++) {
            String caption = Fields.of(images.get(i), message.name("images") + "[" + i + "]")
                    .text("caption");
            length += caption == null ? 0 : caption.length();
            if (length > ANSWER_FACTOR * limits.messageLength()) {
                throw ApiException.invalid(
                        message.name("images"),
                        "message_too_long",
                        "the captions of '" + message.name("images") + "' have more than "
                                + ANSWER_FACTOR * limits.messageLength() + " characters; please shorten them");
            }
            photos.add(caption == null || caption.isBlank() ? null : Photo.described(caption));
        }
        return photos;
    }
}
