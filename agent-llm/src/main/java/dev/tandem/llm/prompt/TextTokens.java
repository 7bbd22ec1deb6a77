package dev.tandem.llm.prompt;

/** What a prompt needs of a tokenizer. Neither method adds begin or end tokens. */
public interface TextTokens {

    /** What somebody said: special tokens spelled in it stay text. */
    int[] plain(String text);

    /** A piece of the prompt template: special tokens spelled in it are those tokens. */
    int[] template(String text);
}
