package dev.tandem.llm.decode;

/** Tokens into text as they come. */
public interface Spelling {

    /** Takes one more token; gives the text that it completes, perhaps none. */
    String add(int id);

    /** What is left at the end of a text. */
    String finish();
}
