package dev.tandem.llm.describe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Picture;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** What the tests of this package share. */
final class Pictures {

    private Pictures() {}

    static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(Pictures.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(resource(name).toFile());
    }

    /** The picture that the reference was given. */
    static Picture picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (long i = 0; i < rgb.length; i++) {
            rgb[(int) i] = (byte) (i * i * 7 + i * 13 + i / (3L * width) * 31);
        }
        return new Picture(width, height, rgb);
    }

    /** Copies a model folder without one of its files. */
    static void copy(Path from, Path to, String without) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().equals(without)) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }
}
