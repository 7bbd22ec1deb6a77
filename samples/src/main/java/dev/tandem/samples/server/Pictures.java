package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.Version;
import dev.tandem.core.config.OneLine;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PngFile;
import dev.tandem.core.vision.SentPhoto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures in and out, as {@code data:} URLs. */
final class Pictures {

    private static final Pattern DATA =
            Pattern.compile("data:image/[a-z0-9.+-]{1,40};base64,", Pattern.CASE_INSENSITIVE);
    private static final String CODE = "invalid_image";

    /** Pictures are decoded one after the other: a small file may hold many pixels. */
    private static final Object ONE_AT_A_TIME = new Object();

    private Pictures() {}

    /**
     * A photo that a client sends.
     *
     * @param param where it is in the request
     * @throws ApiException if it is at an address, has too many pixels, or is damaged
     */
    static Photo sent(String url, String param, Limits limits) {
        Matcher head = DATA.matcher(url);
        if (!head.lookingAt()) {
            throw ApiException.invalid(
                    param,
                    "invalid_image_url",
                    "pictures are not fetched from addresses; send the picture itself: data:image/png;base64,...");
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(url.substring(head.end()));
            synchronized (ONE_AT_A_TIME) {
                requirePixels(bytes, param, limits.picturePixels());
                return SentPhoto.of(bytes);
            }
        } catch (IllegalArgumentException | IOException e) {
            throw ApiException.invalid(param, CODE, "'" + param + "': " + OneLine.of(String.valueOf(e.getMessage())));
        }
    }

    private static void requirePixels(byte[] bytes, String param, long most) throws IOException {
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                throw new IllegalArgumentException("no picture that can be read; PNG, JPEG, GIF and BMP can");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(input, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > most) {
                    throw ApiException.invalid(
                            param,
                            "image_too_large",
                            "'" + param + "' has " + pixels + " pixels; at most " + most
                                    + " are read, make it smaller");
                }
            } catch (IndexOutOfBoundsException | NegativeArraySizeException | NullPointerException e) {
                // the JDK's readers answer damage with exceptions of many kinds
                throw new IOException("the picture is damaged", e);
            } finally {
                reader.dispose();
            }
        }
    }

    static String base64(Photo photo) {
        return Base64.getEncoder().encodeToString(photo.png());
    }

    /** What is drawn so far, as a PNG file. */
    static String base64(Picture preview) {
        return Base64.getEncoder()
                .encodeToString(PngFile.encode(preview, "Tandem " + Version.tandem(), Instant.now(), null));
    }

    /** A photo as a content part, with its caption where there is one. */
    static ObjectNode part(String base64, String caption) {
        ObjectNode part = Json.object().put("type", "image_url");
        part.putObject("image_url").put("url", "data:image/png;base64," + base64);
        if (!caption.isEmpty()) {
            part.put("caption", caption);
        }
        return part;
    }

    static ObjectNode part(Photo photo) {
        return part(base64(photo), photo.caption());
    }
}
