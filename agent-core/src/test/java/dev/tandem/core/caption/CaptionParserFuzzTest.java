package dev.tandem.core.caption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Whatever a model emits: nothing is lost, nothing is thrown, and limits hold. JAZZER_FUZZ=1 searches for new inputs. */
class CaptionParserFuzzTest {

    @FuzzTest
    void anyTokensAtAll(FuzzedDataProvider data) {
        int maxCaptions = data.consumeInt(0, 3);
        int maxTokens = data.consumeInt(1, 6);
        run(maxCaptions, maxTokens, data.remainingBytes(), bound -> data.consumeInt(0, bound - 1));
    }

    @FuzzTest
    void escapedTextNeverLooksLikeAMarker(FuzzedDataProvider data) {
        checkEscape(data.consumeRemainingAsString());
    }

    @Test
    void manyRandomTurns() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            run(random.nextInt(4), 1 + random.nextInt(6), random.nextInt(40), random::nextInt);
        }
    }

    @Test
    void manyRandomTexts() {
        int[] alphabet = "[[IMG]/img] xé\u200d\uff3b\uff29\uff2d\uff27\uff3d\u0301\u00ad\u3164"
                .codePoints()
                .toArray();
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(30); k > 0; k--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            checkEscape(text.toString());
        }
    }

    private static void run(int maxCaptions, int maxTokens, int length, IntUnaryOperator next) {
        RecordedCaptions heard = new RecordedCaptions();
        CaptionParser parser = new CaptionParser(heard, maxCaptions, maxTokens);
        StringBuilder emitted = new StringBuilder();
        for (int i = 0; i < length; i++) {
            switch (next.applyAsInt(4)) {
                case 0 -> parser.begin();
                case 1 -> parser.end();
                default -> {
                    // letters only, so that stripping a caption's blanks loses none of them
                    String piece = Character.toString('a' + next.applyAsInt(26)).repeat(next.applyAsInt(3));
                    emitted.append(piece);
                    parser.token(i, piece);
                }
            }
        }
        parser.finish();

        assertTrue(heard.captions.size() <= maxCaptions);
        assertTrue(heard.captions.size() <= heard.starts);
        int said = heard.text.length();
        for (Caption caption : heard.captions) {
            assertTrue(caption.tokenIds().size() <= maxTokens);
            said += caption.text().length();
        }
        assertEquals(emitted.length(), said);
        assertFalse(parser.inCaption());
    }

    private static void checkEscape(String text) {
        CaptionMarkup markup = new CaptionMarkup("[IMG]", "[/IMG]");
        String escaped = markup.escape(text);
        assertFalse(markup.isMarkedUp(escaped), escaped);
        assertEquals(text.replace(" ", ""), escaped.replace(" ", ""));
        assertEquals(escaped, markup.escape(escaped));
    }
}
