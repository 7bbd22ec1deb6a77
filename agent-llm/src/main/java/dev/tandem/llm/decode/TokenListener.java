package dev.tandem.llm.decode;

/** Hears of each new token as soon as it is chosen. */
@FunctionalInterface
public interface TokenListener {

    /**
     * A new token.
     *
     * @param id the token; the one that ends the sequence is heard too
     * @return whether to go on; false cancels the generation
     */
    boolean onToken(int id);
}
