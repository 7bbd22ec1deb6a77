package dev.tandem.core.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A shared photo that lies in a file. Nothing of it is read before somebody asks, for instance
 * {@link dev.tandem.core.vision.TrainingPixels}.
 *
 * @param caption what it shows, in words; not blank
 * @param file was there when the dialogue was read
 * @param url where it came from, where the data say so; never fetched
 */
public record PhotoFile(String caption, Path file, Optional<String> url) {

    public PhotoFile {
        if (caption.isBlank()) {
            throw new IllegalArgumentException("a photo needs a caption");
        }
    }
}
