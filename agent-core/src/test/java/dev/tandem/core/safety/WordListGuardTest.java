package dev.tandem.core.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordListGuardTest {

    private final CaptionGuard guard = WordListGuard.english();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a nude woman",
                "NUDE",
                "a nu\u200bde man",
                "a n\u00fad\u00e9 statue",
                "n0 n4ked people, a n4ked man",
                "\uff4e\uff55\uff44\uff45",
                "the Ku Klux  Klan marching",
                "a man hanging himself",
            })
    void blocks(String caption) {
        Verdict verdict = guard.check(caption);
        assertEquals(Verdict.Action.BLOCK, verdict.action(), caption);
        assertFalse(verdict.reason().contains(caption), "a reason does not repeat the caption");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a red balloon on the beach at sunset",
                "two dogs in the park",
                "the county of Essex in the rain",
                "a klan of foxes",
                "",
                "!!!",
            })
    void letsPass(String caption) {
        assertTrue(guard.check(caption).allows(), caption);
    }

    @Test
    void listsOfYourOwnAreWordsAndPhrases() {
        CaptionGuard own = WordListGuard.of(List.of("Company logo", "rival"));
        assertTrue(own.check("a logo").allows());
        assertFalse(own.check("the company  LOGO!").allows());
        assertThrows(IllegalArgumentException.class, () -> WordListGuard.of(List.of("--")));
        CaptionGuard both = own.and(caption -> Verdict.of(Verdict.Action.FLAG, "odd"));
        assertEquals(Verdict.Action.FLAG, both.check("a logo").action());
        assertEquals(Verdict.Action.BLOCK, both.check("a rival").action());
    }
}
