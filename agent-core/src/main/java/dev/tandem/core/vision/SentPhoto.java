package dev.tandem.core.vision;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Picture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Photos that a person sends. They are decoded once, so that what is damaged is refused at once, and kept as PNG without what the file said besides
 * pixels, such as where it was taken; large ones are made smaller.
 */
public final class SentPhoto {

    /** Longest file that is read. */
    public static final long MAX_BYTES = 32L << 20;

    /** Longest side that is kept; models see less. */
    private static final int LONGEST = 2048;

    private SentPhoto() {}

    /**
     * Reads a PNG, JPEG, GIF or BMP file, whose length is looked at before its bytes.
     *
     * @throws IllegalArgumentException if there is no such file, or it is too large, no picture, or damaged
     */
    public static Photo read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(
                        Files.exists(file) ? file + " is no file that holds a photo" : "there is no file " + file);
            }
            requireSize(Files.size(file), file.toString());
            return of(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * A photo from the bytes of a PNG, JPEG, GIF or BMP file.
     *
     * @throws IllegalArgumentException if they are too many, no picture, or damaged
     */
    public static Photo of(byte[] bytes) {
        return of(bytes, "the photo");
    }

    private static Photo of(byte[] bytes, String name) {
        requireSize(bytes.length, name);
        Picture picture = PictureFile.read(bytes, name);
        int longest = Math.max(picture.width(), picture.height());
        if (longest > LONGEST) {
            double scale = (double) LONGEST / longest;
            picture = Resampling.BICUBIC.resize(picture, (int) Math.max(1, Math.round(picture.width() * scale)), (int)
                    Math.max(1, Math.round(picture.height() * scale)));
        }
        return Photo.sent(PngFile.encode(picture));
    }

    private static void requireSize(long bytes, String name) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    String.format("%s has %,d bytes; at most %,d are read, make it smaller", name, bytes, MAX_BYTES));
        }
    }
}
