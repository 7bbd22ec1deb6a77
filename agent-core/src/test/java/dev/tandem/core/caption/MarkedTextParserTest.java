package dev.tandem.core.caption;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkedTextParserTest {

    private static final CaptionMarkup MARKUP = new CaptionMarkup("[IMG]", "[/IMG]");

    private static String heard(List<String> pieces, int maxCaptions, int maxWords) {
        StringBuilder heard = new StringBuilder();
        MarkedTextParser parser = new MarkedTextParser(
                MARKUP,
                new CaptionParser(
                        new CaptionListener() {
                            @Override
                            public void onText(String piece) {
                                heard.append(piece);
                            }

                            @Override
                            public void onCaption(Caption caption) {
                                heard.append('<').append(caption.text()).append('>');
                            }
                        },
                        maxCaptions,
                        maxWords));
        pieces.forEach(parser::text);
        parser.finish();
        return heard.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"so [IMG] a dog [/IMG] ok\"|\"so <a dog> ok\"",
                "\"[img]a dog[/Img]\"|\"<a dog>\"",
                "\"[[IMG]x[/IMG]]\"|\"[<x>]\"",
                "\"a [b] [IM g] [/ c\"|\"a [b] [IM g] [/ c\"",
                "\"[IMG] open\"|\" open\"",
                "\"done [/IMG] ok\"|\"done  ok\"",
                "\"[IMG] one [IMG] two [/IMG] three\"|\" one  two  three\"",
                "\"[IMG] \n [/IMG]!\"|\"!\"",
                "\"[IMG] one two three four five six [/IMG]\"|\" one two three four five six \"",
                "\"\u0130[IMG] a [/IMG]\"|\"\u0130<a>\"",
            })
    void saysTheSameHoweverTheTextIsCut(String text, String expected) {
        assertEquals(expected, heard(List.of(text), 2, 5), text);
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second++) {
                assertEquals(
                        expected,
                        heard(
                                List.of(
                                        text.substring(0, first),
                                        text.substring(first, second),
                                        text.substring(second)),
                                2,
                                5),
                        text + " cut at " + first + " and " + second);
            }
        }
    }

    @Test
    void captionsBeyondTheTurnsAreText() {
        assertEquals("<a> b <c>", heard(List.of("[IMG]a[/IMG] b [IMG]c[/IMG]"), 2, 5));
        assertEquals("<a> b c", heard(List.of("[IMG]a[/IMG] b [IMG]c[/IMG]"), 1, 5));
    }
}
