package dev.tandem.samples.terminal;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/** How a terminal shows pictures. */
public enum TerminalGraphics {
    /** Not at all. */
    NONE,
    /** In characters of two pixels each. */
    HALF_BLOCKS,
    /** In sixels. */
    SIXEL,
    /** As PNG files, by kitty's protocol. */
    KITTY;

    private static final List<String> KITTY_TERMS = List.of("kitty", "ghostty");
    private static final List<String> KITTY_PROGRAMS = List.of("ghostty", "wezterm");
    private static final List<String> SIXEL_TERMS = List.of("foot", "mlterm", "contour", "yaft", "sixel");
    private static final List<String> SIXEL_PROGRAMS = List.of("mintty", "iterm.app");

    private static final int MAX_COLUMNS = 64;
    private static final int MAX_ROWS = 32;
    /** Columns of a picture by kitty's protocol: as large as a photo on a phone. */
    private static final int KITTY_COLUMNS = 36;
    /** Pixels of the longer side in sixels. */
    private static final int SIXEL_SIDE = 320;

    /**
     * What a terminal offers, by its environment: {@code KITTY_WINDOW_ID}, {@code TERM_PROGRAM}, {@code TERM}, and what {@link ColorDepth} reads. Within tmux and screen, which pass on
     * neither protocol unless told to, half blocks are drawn.
     *
     * @param environment of the process
     */
    public static TerminalGraphics of(Map<String, String> environment) {
        if (ColorDepth.of(environment) == ColorDepth.NONE) {
            return NONE;
        }
        String term = lower(environment, "TERM");
        String program = lower(environment, "TERM_PROGRAM");
        if (environment.containsKey("TMUX") || term.startsWith("tmux") || term.startsWith("screen")) {
            return HALF_BLOCKS;
        }
        if (environment.containsKey("KITTY_WINDOW_ID")
                || KITTY_TERMS.stream().anyMatch(term::contains)
                || KITTY_PROGRAMS.contains(program)) {
            return KITTY;
        }
        return SIXEL_TERMS.stream().anyMatch(term::contains) || SIXEL_PROGRAMS.contains(program) ? SIXEL : HALF_BLOCKS;
    }

    private static String lower(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").toLowerCase(Locale.ROOT);
    }

    /**
     * What shows a picture at the cursor; ends with a line break unless it is empty.
     *
     * @param png the file
     * @param columns of the terminal
     * @param depth of its colours, for half blocks
     * @throws IOException if the file cannot be decoded
     */
    public String draw(byte[] png, int columns, ColorDepth depth) throws IOException {
        return switch (this) {
            case NONE -> "";
            case HALF_BLOCKS -> HalfBlocks.draw(decoded(png), Math.min(MAX_COLUMNS, columns), MAX_ROWS, depth);
            case SIXEL -> Sixel.draw(scaled(decoded(png)));
            case KITTY -> KittyGraphics.draw(png, Math.max(1, Math.min(KITTY_COLUMNS, columns)));
        };
    }

    private static BufferedImage decoded(byte[] png) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
        if (picture == null) {
            throw new IOException("no picture");
        }
        return picture;
    }

    private static BufferedImage scaled(BufferedImage picture) {
        double scale = (double) SIXEL_SIDE / Math.max(picture.getWidth(), picture.getHeight());
        int width = Math.max(1, (int) Math.round(scale * picture.getWidth()));
        int height = Math.max(1, (int) Math.round(scale * picture.getHeight()));
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(picture, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }
}
