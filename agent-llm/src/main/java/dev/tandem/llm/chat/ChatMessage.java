package dev.tandem.llm.chat;

import java.util.List;

/**
 * A message of a chat.
 *
 * @param role whose it is: {@code system}, {@code user} or {@code assistant}
 * @param parts what it says and shows, in order
 */
public record ChatMessage(String role, List<Part> parts) {

    /** What a message is made of. */
    public sealed interface Part {}

    /** Words. */
    public record Text(String text) implements Part {}

    /** The place of a picture; the pictures themselves are given beside the chat, in the order of their places. */
    public record Image() implements Part {}

    public ChatMessage {
        parts = List.copyOf(parts);
    }

    /** A message of words alone. */
    public ChatMessage(String role, String content) {
        this(role, List.of(new Text(content)));
    }

    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /** A message with pictures. */
    public static ChatMessage user(Part... parts) {
        return new ChatMessage("user", List.of(parts));
    }

    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }
}
