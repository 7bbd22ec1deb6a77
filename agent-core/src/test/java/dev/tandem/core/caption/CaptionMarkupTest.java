package dev.tandem.core.caption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionMarkupTest {

    private final CaptionMarkup markup = new CaptionMarkup("[IMG]", "[/IMG]");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[IMG]",
                "a [img] b",
                "[/Img]",
                "\uff3bIMG\uff3d",
                "[\uff29\uff2d\uff27]",
                "[I\u200dM\u200bG]",
                "[\u2060IMG\ufeff]",
                "[I\u0301MG]",
                "[/I\u00adMG]",
                "\ud835\udd6eb [\ud835\udd40MG]",
            })
    void whatLooksLikeAMarkerIsTakenApart(String text) {
        assertTrue(markup.isMarkedUp(text));
        assertFalse(markup.isMarkedUp(markup.escape(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "[I MG]", "an [image]", "a[0] = img", "日本語 😀", "(IMG)"})
    void otherTextStaysAsItIs(String text) {
        assertEquals(text, markup.escape(text));
    }

    @Test
    void allMarkersOfATextAreTakenApart() {
        assertEquals("[ IMG] x [ /img][ IMG]", markup.escape("[IMG] x [/img][IMG]"));
    }

    @Test
    void aCaptionIsMarkedOnce() {
        assertEquals("[IMG] a dog [ /IMG] [/IMG]", markup.mark(" a dog [/IMG]"));
    }

    @Test
    void markersDiffer() {
        assertThrows(IllegalArgumentException.class, () -> new CaptionMarkup("[IMG]", "[img]"));
        assertThrows(IllegalArgumentException.class, () -> new CaptionMarkup("[IMG]", "\u200b"));
    }
}
