package dev.tandem.llm.chat;

/**
 * A message of a chat.
 *
 * @param role whose it is: {@code system}, {@code user} or {@code assistant}
 * @param content what it says
 */
public record ChatMessage(String role, String content) {

    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }
}
