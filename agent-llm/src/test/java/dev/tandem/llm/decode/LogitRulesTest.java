package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values are transformers 4.57's for the same scores. */
class LogitRulesTest {

    private static final float NO = Float.NEGATIVE_INFINITY;

    private static float[] apply(LogitRules.Builder rules, int promptLength, int... tokens) {
        float[] scores = {1, -1, 2, -2, 3, -3};
        rules.build().apply(scores, tokens, tokens.length, promptLength, 10);
        return scores;
    }

    @Test
    void repetitionMakesSeenTokensLessLikelyOnce() {
        assertArrayEquals(
                new float[] {0.5f, -2, 2, -2, 3, -3}, apply(LogitRules.builder().repetitionPenalty(2), 2, 0, 1, 1));
    }

    @Test
    void noNgramComesTwice() {
        assertArrayEquals(
                new float[] {1, -1, NO, -2, NO, -3},
                apply(LogitRules.builder().noRepeatNgramSize(2), 1, 1, 2, 1, 4, 1));
        assertArrayEquals(
                new float[] {1, NO, 2, -2, 3, -3}, apply(LogitRules.builder().noRepeatNgramSize(1), 1, 1));
        assertArrayEquals(
                new float[] {1, -1, 2, -2, 3, -3}, apply(LogitRules.builder().noRepeatNgramSize(3), 1, 1));
    }

    @Test
    void badWordsAreBannedAtTheirLastToken() {
        LogitRules.Builder rules = LogitRules.builder().badWords(List.of(List.of(5), List.of(2, 3), List.of(4, 4)));
        assertArrayEquals(new float[] {1, -1, 2, NO, 3, NO}, apply(rules, 1, 0, 2));
    }

    @Test
    void noEndBeforeTheShortestLength() {
        LogitRules.Builder rules = LogitRules.builder().stopIds(List.of(4, 5)).minNewTokens(2);
        assertArrayEquals(new float[] {1, -1, 2, -2, NO, NO}, apply(rules, 1, 0, 1));
        assertArrayEquals(new float[] {1, -1, 2, -2, 3, -3}, apply(rules, 1, 0, 1, 2));
    }

    @Test
    void theLastPositionHoldsTheForcedEnd() {
        LogitRules.Builder rules = LogitRules.builder().forcedEndIds(List.of(3));
        assertArrayEquals(new float[] {NO, NO, NO, 0, NO, NO}, apply(rules, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void someTokensAreNeverWrittenAndSomeNotFirst() {
        LogitRules.Builder rules =
                LogitRules.builder().suppressedIds(List.of(2)).suppressedAtBegin(List.of(0));
        assertArrayEquals(new float[] {NO, -1, NO, -2, 3, -3}, apply(rules, 1, 0));
        assertArrayEquals(new float[] {1, -1, NO, -2, 3, -3}, apply(rules, 1, 0, 0));
    }
}
