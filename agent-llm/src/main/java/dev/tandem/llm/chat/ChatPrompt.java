package dev.tandem.llm.chat;

import dev.tandem.llm.token.LlmTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A chat as tokens: put into words by the model's template, whose special tokens become tokens. Those that somebody typed stay text: they are torn
 * apart after their first character, or where one part of a message ends and the next begins.
 */
public final class ChatPrompt {

    /** No character, so nobody's words hold it. */
    private static final String TEAR = "\uFDD0";

    /** Chars on either side of a seam between two texts in which a special token is looked for. */
    private static final int LONGEST_TOKEN = 128;

    private ChatPrompt() {}

    /**
     * Tokens of a chat with the beginning of an answer.
     *
     * @throws IllegalArgumentException if the template refuses the chat
     */
    public static int[] of(ChatTemplate template, LlmTokenizer tokenizer, List<ChatMessage> messages) {
        List<ChatMessage> harmless = new ArrayList<>();
        String before = "";
        for (ChatMessage message : messages) {
            List<ChatMessage.Part> parts = new ArrayList<>();
            for (ChatMessage.Part part : message.parts()) {
                if (part instanceof ChatMessage.Text words) {
                    String text = tornAfter(before, torn(tokenizer, words.text()), tokenizer);
                    parts.add(new ChatMessage.Text(text));
                    before += text;
                    before = before.substring(Math.max(0, before.length() - LONGEST_TOKEN));
                } else {
                    parts.add(part);
                }
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

    /** A text with a tear before it where, put right behind what was said before, it would complete a special token. */
    private static String tornAfter(String before, String text, LlmTokenizer tokenizer) {
        String beginning = text.substring(0, Math.min(text.length(), LONGEST_TOKEN));
        return before.isEmpty() || spelled(tokenizer, before + beginning).isEmpty() ? text : TEAR + text;
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
