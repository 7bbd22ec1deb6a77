package dev.tandem.llm.prompt;

import java.util.ArrayList;
import java.util.List;

/** One token for each character; special tokens have ids above all characters. */
public final class LetterTokens implements TextTokens {

    public static final List<String> SPECIAL =
            List.of("<|begin_of_text|>", "<|user|>", "<|agent|>", "<|end|>", "[IMG]", "[/IMG]");

    public static final int FIRST_SPECIAL = 128;
    public static final int VOCABULARY = FIRST_SPECIAL + 6;

    @Override
    public int[] plain(String text) {
        return text.chars().map(c -> c % FIRST_SPECIAL).toArray();
    }

    @Override
    public int[] template(String text) {
        List<Integer> ids = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int from = at;
            String special = SPECIAL.stream()
                    .filter(s -> text.startsWith(s, from))
                    .findFirst()
                    .orElse("");
            ids.add(special.isEmpty() ? text.charAt(at) : FIRST_SPECIAL + SPECIAL.indexOf(special));
            at += Math.max(1, special.length());
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public String text(List<Integer> ids) {
        return spell(ids.stream()
                .mapToInt(Integer::intValue)
                .filter(id -> id < FIRST_SPECIAL)
                .toArray());
    }

    /** What ids spell, special tokens by name. */
    public static String spell(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(id < FIRST_SPECIAL ? Character.toString(id) : SPECIAL.get(id - FIRST_SPECIAL));
        }
        return text.toString();
    }
}
