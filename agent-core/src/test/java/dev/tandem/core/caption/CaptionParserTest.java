package dev.tandem.core.caption;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionParserTest {

    /** Emits a script in which {@code <} is the begin marker's id, {@code >} the end marker's, and every other char a token. */
    private static RecordedCaptions parse(String script, int maxCaptions, int maxTokens) {
        RecordedCaptions heard = new RecordedCaptions();
        CaptionParser parser = new CaptionParser(heard, maxCaptions, maxTokens);
        script.chars().forEach(c -> {
            switch (c) {
                case '<' -> parser.begin();
                case '>' -> parser.end();
                default -> parser.token(c, Character.toString(c));
            }
        });
        parser.finish();
        return heard;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "hello|hello|",
                "look < a dog > nice|look  nice|a dog",
                "<a><b>|''|a,b",
                // no end marker: text, no photo
                "look <a dog|look a dog|",
                // nested: text up to the first end marker, then captions again
                "x<a<b>c<d>|xabc|d",
                "x<a<b<c>d>e|xabcde|",
                // end without begin, empty captions
                "a>b|ab|",
                "a<>b|ab|",
                "a<  >b<c>|ab|c",
                // what looks like a marker but is other tokens
                "[IMG] a dog [/IMG]|[IMG] a dog [/IMG]|",
            })
    void separatesWordsFromCaptions(String script, String text, String captions) {
        RecordedCaptions heard = parse(script, 4, 20);
        assertEquals(text, heard.text.toString());
        assertEquals(captions == null ? List.of() : List.of(captions.split(",")), heard.captionTexts());
    }

    @Test
    void captionsBeyondTheTurnsLimitAreText() {
        RecordedCaptions heard = parse("<a>b<c>d", 1, 20);
        assertEquals(List.of("a"), heard.captionTexts());
        assertEquals("bcd", heard.text.toString());
        assertEquals(1, heard.starts);
    }

    @Test
    void aCaptionThatIsTooLongIsText() {
        assertEquals(List.of("abc"), parse("<abc>", 1, 3).captionTexts());
        RecordedCaptions heard = parse("<abcd>e", 1, 3);
        assertEquals(List.of(), heard.captionTexts());
        assertEquals("abcde", heard.text.toString());
    }

    @Test
    void aCaptionOfLongTokensIsBoundedInCharsToo() {
        RecordedCaptions heard = new RecordedCaptions();
        CaptionParser parser = new CaptionParser(heard, 1, 1000);
        parser.begin();
        parser.token(1, "x".repeat(CaptionParser.MAX_CAPTION_CHARS));
        assertEquals("", heard.text.toString());
        parser.token(2, "y");
        parser.end();
        assertEquals(CaptionParser.MAX_CAPTION_CHARS + 1, heard.text.length());
        assertEquals(List.of(), heard.captions);
    }

    @Test
    void aCaptionCarriesTheModelsTokens() {
        assertEquals(
                List.of((int) 'o', (int) 'x'),
                parse("a<ox>", 1, 3).captions.get(0).tokenIds());
    }

    @Test
    void wordsAreHeardAtOnce() {
        RecordedCaptions heard = new RecordedCaptions();
        CaptionParser parser = new CaptionParser(heard, 1, 10);
        parser.token(1, "hel");
        assertEquals("hel", heard.text.toString());
        parser.token(2, "");
        parser.token(3, "lo");
        assertEquals("hello", heard.text.toString());
    }
}
