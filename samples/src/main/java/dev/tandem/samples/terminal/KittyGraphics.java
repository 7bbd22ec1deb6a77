package dev.tandem.samples.terminal;

import java.util.Base64;

/**
 * Shows a picture by the graphics protocol of the terminal kitty, which others speak too (sw.kovidgoyal.net/kitty/graphics-protocol): the PNG file itself, in pieces.
 */
public final class KittyGraphics {

    private static final int PIECE = 4096;

    private KittyGraphics() {}

    /**
     * The control strings that show a picture at the cursor, and a line break.
     *
     * @param png the file
     * @param columns that it takes; its height follows
     */
    public static String draw(byte[] png, int columns) {
        String data = Base64.getEncoder().encodeToString(png);
        StringBuilder out = new StringBuilder();
        for (int start = 0; start < data.length(); start += PIECE) {
            int end = Math.min(start + PIECE, data.length());
            out.append("\u001b_G");
            if (start == 0) {
                out.append("a=T,f=100,q=2,c=").append(columns).append(',');
            }
            out.append("m=").append(end < data.length() ? 1 : 0).append(';');
            out.append(data, start, end).append("\u001b\\");
        }
        return out.append('\n').toString();
    }
}
