package dev.tandem.llm.chat;

import dev.tandem.llm.token.LlmTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A chat as tokens: put into words by the model's template, whose special tokens become tokens. Those that somebody typed stay text: they are torn
 * apart after their first character.
 */
public final class ChatPrompt {

    /** No character, so nobody's words hold it. */
    private static final String TEAR = "\uFDD0";

    private ChatPrompt() {}

    /**
     * Tokens of a chat with the beginning of an answer.
     *
     * @throws IllegalArgumentException if the template refuses the chat
     */
    public static int[] of(ChatTemplate template, LlmTokenizer tokenizer, List<ChatMessage> messages) {
        List<ChatMessage> harmless = new ArrayList<>();
        for (ChatMessage message : messages) {
            List<ChatMessage.Part> parts = new ArrayList<>();
            for (ChatMessage.Part part : message.parts()) {
                parts.add(
                        part instanceof ChatMessage.Text words
                                ? new ChatMessage.Text(torn(tokenizer, words.text()))
                                : part);
            }
            harmless.add(new ChatMessage(message.role(), parts));
        }
        String text = template.render(harmless, true);
        return Arrays.stream(text.split(TEAR))
                .map(tokenizer::template)
                .flatMapToInt(IntStream::of)
                .toArray();
    }

    /** A text with a tear in each special token that is spelled in it. */
    private static String torn(LlmTokenizer tokenizer, String text) {
        String result = text.replace(TEAR, "");
        for (String token = spelled(tokenizer, result); !token.isEmpty(); token = spelled(tokenizer, result)) {
            int first = token.offsetByCodePoints(0, 1);
            result = result.replace(token, token.substring(0, first) + TEAR + token.substring(first));
        }
        return result;
    }

    /** A special token that a text spells, or nothing; one of a single character can't be torn. */
    private static String spelled(LlmTokenizer tokenizer, String text) {
        for (int id : tokenizer.template(text)) {
            String token = tokenizer.isSpecial(id) ? tokenizer.token(id) : null;
            if (token != null && token.codePointCount(0, token.length()) > 1 && text.contains(token)) {
                return token;
            }
        }
        return "";
    }
}
