package dev.tandem.samples.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

    private static BufferedImage picture(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, y % 2 == 0 ? 0xff0000 : 0x0000ff);
            }
        }
        return image;
    }

    @Test
    void twoPixelsAreOneCharacter() {
        assertEquals(
                "\u001b[38;2;255;0;0m\u001b[48;2;0;0;255m\u2580\u2580\u001b[0m\n",
                HalfBlocks.draw(picture(2, 2), 80, 40, ColorDepth.TRUE));
        assertEquals(
                "\u001b[38;5;196m\u001b[48;5;21m\u2580\u001b[0m\n\u001b[38;5;196m\u001b[49m\u2580\u001b[0m\n",
                HalfBlocks.draw(picture(1, 3), 80, 40, ColorDepth.INDEXED));
        assertEquals("", HalfBlocks.draw(picture(2, 2), 80, 40, ColorDepth.NONE));
    }

    @Test
    void aPictureIsMadeAsSmallAsTheTerminal() {
        String drawn = HalfBlocks.draw(picture(64, 64), 20, 40, ColorDepth.TRUE);
        assertEquals(10, drawn.lines().count());
        assertTrue(drawn.lines()
                .allMatch(l -> l.chars().filter(c -> c == '\u2580').count() == 20));
        assertEquals(
                4,
                HalfBlocks.draw(picture(64, 64), 80, 4, ColorDepth.TRUE).lines().count());
        // averaged, not picked: red and blue lines together are purple
        assertTrue(drawn.contains("38;2;12"), drawn.lines().findFirst().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "xterm-256color, truecolor, '', TRUE",
        "xterm-256color, '', '', INDEXED",
        "xterm-kitty, '', '', TRUE",
        "xterm-256color, truecolor, 1, NONE",
        "dumb, truecolor, '', NONE",
        "'', '', '', NONE",
        "vt100, '', '', NONE",
    })
    void coloursByTheEnvironment(String term, String color, String noColor, ColorDepth depth) {
        assertEquals(depth, ColorDepth.of(Map.of("TERM", term, "COLORTERM", color, "NO_COLOR", noColor)));
    }

    @ParameterizedTest
    @CsvSource({
        "a\u001b[31mb\u001b[0m, ab",
        "'\u001b]0;title\u0007x', x",
        "'\u001b]8;;http://a\u001b\\link', link",
        "a\u009b2Jb\u0000c, abc",
        "'\u001bPdata\u001b\\y', y",
        "a\u202eb, ab",
        "plain \u00e9 \ud83d\ude00 text, plain \u00e9 \ud83d\ude00 text",
        "'\u001b', ''",
    })
    void nothingMovesTheCursor(String text, String safe) {
        assertEquals(safe, SafeText.of(text));
    }

    @Test
    void oneLineStaysOneLine() {
        assertEquals("a b c", SafeText.line(" a \r\n b\tc\n"));
    }
}
