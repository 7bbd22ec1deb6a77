package dev.tandem.core.stage;

/** Pixels, three bytes each. Immutable. */
public final class Picture {

    private final int width;
    private final int height;
    private final byte[] rgb;

    /**
     * A picture of the given size.
     *
     * @param rgb red, green and blue of each pixel, row by row from the top left; copied
     */
    public Picture(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels does not have "
                    + rgb.length + " bytes, but three a pixel");
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb.clone();
    }

    /**
     * A picture from channels in [0, 1], as decoders give it: [3, h, w] in row-major order. Values outside are clamped; each is
     * rounded to the nearest of 256.
     */
    public static Picture fromChannels(float[] channels, int width, int height) {
        int pixels = Math.multiplyExact(width, height);
        if (channels.length != 3L * pixels) {
            throw new IllegalArgumentException(
                    "three channels of " + width + " x " + height + " pixels are not " + channels.length + " values");
        }
        byte[] rgb = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = (byte) Math.round(255 * Math.min(1, Math.max(0, channels[c * pixels + i])));
            }
        }
        return new Picture(width, height, rgb);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** A pixel as {@code 0xRRGGBB}. */
    public int rgb(int x, int y) {
        int i = 3 * (y * width + x);
        return (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | rgb[i + 2] & 0xff;
    }
}
