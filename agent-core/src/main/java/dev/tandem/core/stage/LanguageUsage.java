package dev.tandem.core.stage;

/**
 * What a generated turn cost and why it ended.
 *
 * @param promptTokens tokens read
 * @param newTokens tokens generated, markers and end included
 * @param finish why generation ended
 */
public record LanguageUsage(int promptTokens, int newTokens, Finish finish) {

    /** Why generation ended. */
    public enum Finish {
        /** The model ended its turn. */
        STOP,
        /** {@link LanguageOptions#maxNewTokens()} was reached. */
        LENGTH
    }
}
