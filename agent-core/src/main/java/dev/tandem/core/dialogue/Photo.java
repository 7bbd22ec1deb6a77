package dev.tandem.core.dialogue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A photo that was shared: its caption and its PNG file, or one of both. Of a photo that a person sends only the picture is known.
 *
 * @param caption what it shows, in words; empty where only the picture is known
 * @param png the bytes of the file; empty where only the caption is known. The array is copied in and out
 * @param width in pixels; 0 where only the caption is known
 * @param height in pixels; 0 where only the caption is known
 * @param seed of the noise that it was drawn from; the same model, caption and seed draw the same picture
 */
public record Photo(String caption, byte[] png, int width, int height, long seed) implements Part {

    private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;

    /** A photo of which only the caption is known, such as one in a corpus. */
    public static Photo described(String caption) {
        return new Photo(caption, new byte[0], 0, 0, 0);
    }

    /**
     * A photo from the bytes of a PNG file, whose header tells its size.
     *
     * @throws IllegalArgumentException if the bytes do not begin as a PNG file does
     */
    public static Photo ofPng(String caption, byte[] png, long seed) {
        if (png.length < 24 || ByteBuffer.wrap(png).getLong() != PNG_SIGNATURE) {
            throw new IllegalArgumentException("the picture of '" + caption + "' is no PNG file");
        }
        ByteBuffer header = ByteBuffer.wrap(png);
        return new Photo(caption, png, header.getInt(16), header.getInt(20), seed);
    }

    /**
     * A photo that somebody sends, from the bytes of a PNG file: nobody said what it shows.
     *
     * @throws IllegalArgumentException if the bytes do not begin as a PNG file does
     */
    public static Photo sent(byte[] png) {
        return ofPng("", png, 0);
    }

    public Photo {
        png = png.clone();
        if (caption.isBlank() && (png.length == 0 || !caption.isEmpty())) {
            throw new IllegalArgumentException("a photo needs a caption, unless its picture is there");
        }
        boolean picture = png.length > 0;
        if (picture != (width > 0) || picture != (height > 0)) {
            throw new IllegalArgumentException("a photo has bytes and a size, or neither; got " + png.length
                    + " bytes and " + width + " x " + height + " pixels");
        }
    }

    /** Whether there is a picture and not only its caption. */
    public boolean hasPicture() {
        return png.length > 0;
    }

    /** Whether it is said what it shows. */
    public boolean hasCaption() {
        return !caption.isEmpty();
    }

    @Override
    public byte[] png() {
        return png.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Photo photo
                && caption.equals(photo.caption)
                && width == photo.width
                && height == photo.height
                && seed == photo.seed
                && Arrays.equals(png, photo.png);
    }

    @Override
    public int hashCode() {
        return Objects.hash(caption, width, height, seed, Arrays.hashCode(png));
    }

    @Override
    public String toString() {
        return "Photo[" + caption + (hasPicture() ? ", " + width + " x " + height : "") + "]";
    }
}
