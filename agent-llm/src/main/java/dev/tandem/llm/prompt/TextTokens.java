package dev.tandem.llm.prompt;

import java.util.List;

/** What prompts and answers need of a tokenizer. No begin or end tokens are added. */
public interface TextTokens {

    /** What somebody said: special tokens spelled in it stay text. */
    int[] plain(String text);

    /** A piece of the prompt template: special tokens spelled in it are those tokens. */
    int[] template(String text);

    /** What tokens spell; special ones spell nothing, and bytes that are no whole character yet U+FFFD. */
    String text(List<Integer> ids);
}
