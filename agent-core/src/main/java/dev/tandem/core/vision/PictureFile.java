package dev.tandem.core.vision;

import dev.tandem.core.config.OneLine;
import dev.tandem.core.stage.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads picture files: PNG, JPEG, GIF and BMP. What is transparent becomes white. */
public final class PictureFile {

    private static final long MAX_PIXELS = 64L << 20;

    /** How the JDK's reader of JPEG warns of a file that is cut off; it fills the rest with grey, where Pillow refuses. */
    private static final String TRUNCATED = "Truncated File";

    private PictureFile() {}

    /**
     * Reads a file; its size is looked at before its pixels.
     *
     * @throws IllegalArgumentException if there is no such file, or it is no picture, damaged, or of more than 64 million pixels
     */
    public static Picture read(Path file) {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + " is a folder, not a picture");
        }
        try (ImageInputStream input = ImageIO.createImageInputStream(file.toFile())) {
            if (input == null) {
                throw new NoSuchFileException(file.toString());
            }
            return read(input, file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Files.exists(file)
                            ? OneLine.of(file + " is damaged: " + e.getMessage())
                            : "there is no file " + file,
                    e);
        }
    }

    /**
     * Reads a picture from the bytes of its file; its size is looked at before its pixels.
     *
     * @param name for messages
     * @throws IllegalArgumentException if it is no picture, damaged, or of more than 64 million pixels
     */
    public static Picture read(byte[] bytes, String name) {
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            return read(input, name);
        } catch (IOException e) {
            throw new IllegalArgumentException(OneLine.of(name + " is damaged: " + e.getMessage()), e);
        }
    }

    private static Picture read(ImageInputStream input, Object file) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
        if (!readers.hasNext()) {
            throw new IllegalArgumentException(file + " is no picture that can be read; PNG, JPEG, GIF and BMP can");
        }
        ImageReader reader = readers.next();
        try {
            reader.setInput(input, true, true);
            return decoded(reader, file);
        } finally {
            reader.dispose();
        }
    }

    private static Picture decoded(ImageReader reader, Object file) throws IOException {
        long pixels;
        BufferedImage image = null;
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        try {
            pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels <= MAX_PIXELS) {
                image = reader.read(0);
            }
        } catch (RuntimeException e) {
            // readers of the JDK answer damage with exceptions of many kinds
            throw new IOException(e.toString(), e);
        }
        if (image == null) {
            throw new IllegalArgumentException(
                    file + " has " + pixels + " pixels; at most " + MAX_PIXELS + " are read, make it smaller");
        }
        if (warnings.stream().anyMatch(warning -> warning.startsWith(TRUNCATED))) {
            throw new IOException("its end is missing");
        }
        return picture(image);
    }

    private static Picture picture(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(image, 0, 0, Color.WHITE, null);
        graphics.dispose();
        int[] pixels = opaque.getRGB(0, 0, width, height, null, 0, width);
        byte[] rgb = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return new Picture(width, height, rgb);
    }
}
