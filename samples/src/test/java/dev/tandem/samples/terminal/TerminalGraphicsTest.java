package dev.tandem.samples.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalGraphicsTest {

    private static final Pattern PIECE = Pattern.compile("\u001b_G([^;]*);([^\u001b]*)\u001b\\\\");
    private static final Pattern SIXEL_TOKEN =
            Pattern.compile("#(\\d+);2;(\\d+);(\\d+);(\\d+)|#(\\d+)|!(\\d+)([?-~])|([?-~])|([$-])");

    private static byte[] png(BufferedImage picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", bytes);
        return bytes.toByteArray();
    }

    private static BufferedImage noise(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return picture;
    }

    @ParameterizedTest
    @CsvSource({
        "xterm-kitty, '', KITTY",
        "xterm-ghostty, '', KITTY",
        "xterm-256color, WezTerm, KITTY",
        "foot, '', SIXEL",
        "xterm-256color, mintty, SIXEL",
        "xterm-256color, iTerm.app, SIXEL",
        "xterm-256color, '', HALF_BLOCKS",
        "tmux-256color, WezTerm, HALF_BLOCKS",
        "dumb, WezTerm, NONE",
    })
    void offeredByTheEnvironment(String term, String program, TerminalGraphics offered) {
        Map<String, String> environment = Map.of("TERM", term, "TERM_PROGRAM", program, "COLORTERM", "truecolor");
        assertEquals(offered, TerminalGraphics.of(environment));
    }

    @Test
    void kittyGetsTheFileInPieces() throws IOException {
        byte[] png = png(noise(60, 40));
        String drawn = TerminalGraphics.KITTY.draw(png, 80, ColorDepth.TRUE);
        Matcher pieces = PIECE.matcher(drawn);
        StringBuilder data = new StringBuilder();
        int count = 0;
        String keys = "";
        int end = 0;
        while (pieces.find()) {
            assertEquals(end, pieces.start(), "nothing between the pieces");
            keys = pieces.group(1);
            assertTrue(pieces.group(2).length() <= 4096);
            assertEquals(count == 0, keys.contains("a=T,f=100"), keys);
            data.append(pieces.group(2));
            end = pieces.end();
            count++;
        }
        assertTrue(count > 1, "one piece is no test");
        assertTrue(keys.endsWith("m=0"), keys);
        assertEquals("\n", drawn.substring(end));
        assertArrayEquals(png, Base64.getDecoder().decode(data.toString()));
    }

    /** Reads a sixel string as a terminal does; pixels in percent of red, green and blue. */
    private static int[][][] decoded(String drawn, int width, int height) {
        assertTrue(drawn.startsWith("\u001bPq\"1;1;" + width + ";" + height), drawn.substring(0, 20));
        assertTrue(drawn.endsWith("\u001b\\\n"));
        String body = drawn.substring(
                ("\u001bPq\"1;1;" + width + ";" + height).length(), drawn.length() - "\u001b\\\n".length());
        int[][][] pixels = new int[height][width][];
        Map<Integer, int[]> colours = new HashMap<>();
        Matcher tokens = SIXEL_TOKEN.matcher(body);
        int at = 0;
        int x = 0;
        int top = 0;
        int colour = -1;
        while (tokens.find()) {
            assertEquals(at, tokens.start(), "unknown: " + body.substring(at, Math.min(body.length(), at + 10)));
            at = tokens.end();
            if (tokens.group(1) != null) {
                colours.put(Integer.valueOf(tokens.group(1)), new int[] {
                    Integer.parseInt(tokens.group(2)),
                    Integer.parseInt(tokens.group(3)),
                    Integer.parseInt(tokens.group(4))
                });
            } else if (tokens.group(5) != null) {
                colour = Integer.parseInt(tokens.group(5));
            } else if (tokens.group(9) != null) {
                x = 0;
                top += tokens.group(9).equals("-") ? 6 : 0;
            } else {
                int times = tokens.group(6) == null ? 1 : Integer.parseInt(tokens.group(6));
                int bits = (tokens.group(6) == null ? tokens.group(8) : tokens.group(7)).charAt(0) - '?';
                for (int i = 0; i < times; i++, x++) {
                    for (int y = 0; y < 6; y++) {
                        if ((bits >> y & 1) == 1) {
                            pixels[top + y][x] = colours.get(colour);
                        }
                    }
                }
            }
        }
        assertEquals(body.length(), at);
        return pixels;
    }

    @Test
    void sixelsShowThePicture() {
        int width = 96;
        int height = 50; // no whole number of bands
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, (255 * x / width) << 16 | (255 * y / height) << 8 | 77);
            }
        }
        int[][][] pixels = decoded(Sixel.draw(picture), width, height);
        // means of areas, as levels are few and their errors spread
        for (int top = 0; top + 10 <= height; top += 10) {
            for (int left = 0; left + 12 <= width; left += 12) {
                double[] wanted = new double[3];
                double[] shown = new double[3];
                for (int y = top; y < top + 10; y++) {
                    for (int x = left; x < left + 12; x++) {
                        for (int c = 0; c < 3; c++) {
                            wanted[c] += (picture.getRGB(x, y) >> (16 - 8 * c) & 255) / 2.55 / 120;
                            shown[c] += pixels[y][x][c] / 120.0;
                        }
                    }
                }
                assertArrayEquals(wanted, shown, 4, "from " + left + ", " + top);
            }
        }
    }

    @Test
    void oneColourIsShort() {
        String drawn = Sixel.draw(new BufferedImage(300, 6, BufferedImage.TYPE_INT_RGB));
        assertEquals("\u001bPq\"1;1;300;6#0;2;0;0;0#0!300~$-\u001b\\\n", drawn);
    }

    @Test
    void aDamagedFileIsAnErrorAndWithoutGraphicsNothingIsDrawn() throws IOException {
        assertThrows(IOException.class, () -> TerminalGraphics.SIXEL.draw(new byte[9], 80, ColorDepth.TRUE));
        assertEquals("", TerminalGraphics.NONE.draw(new byte[9], 80, ColorDepth.TRUE));
    }
}
